// SPDX-License-Identifier: Apache-2.0
// depth_to_space: [N, C * b * b, H, W] => [N, C, H * b, W * b]; each group of b * b channels becomes a b x b block.
import { stridesOf } from '../../ir/layout.js'
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { copyStep } from '../strided-copy.js'
import { reference } from './reference.js'

export const depthToSpace = defineOperator({
  name: 'depth_to_space',
  summary: 'channels rearranged into blocks of pixels (DCR, CRD)',
  layout: 'strided',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { blockSize: block, mode } = node.attributes
    const [batch, depth, height, width] = output.shape as [number, number, number, number]
    const [fromN, fromC, fromY, fromX] = stridesOf(input.shape, input.layout.order) as [
      number,
      number,
      number,
      number,
    ]
    const [toN, toC, toY, toX] = stridesOf(output.shape, output.layout.order) as [
      number,
      number,
      number,
      number,
    ]
    // Input channel = (blockY * block + blockX) * depth + channel (DCR), channel * block^2 + blockY * block + blockX (CRD).
    const perColumn = mode === 'DCR' ? depth * fromC : fromC
    const perChannel = mode === 'DCR' ? fromC : block * block * fromC
    return [
      copyStep(node, {
        counts: [batch, depth, height / block, block, width / block, block],
        from: {
          tensor: input.name,
          offset: 0,
          strides: [fromN, perChannel, fromY, block * perColumn, fromX, perColumn],
        },
        to: { tensor: output.name, offset: 0, strides: [toN, toC, block * toY, toY, block * toX, toX] },
        elementBytes: bytesPerElement(input.type),
      }),
    ]
  },
})
