// SPDX-License-Identifier: Apache-2.0
// tile: the input side by side with itself along each axis.
import { stridesOf } from '../../ir/layout.js'
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { copyStep } from '../strided-copy.js'
import { reference } from './reference.js'

export const tile = defineOperator({
  name: 'tile',
  summary: 'the input repeated along each axis',
  layout: 'strided',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const from = stridesOf(input.shape, input.layout.order)
    const to = stridesOf(output.shape, output.layout.order)
    // Two loops an axis: which copy, and which element of it.
    return [
      copyStep(node, {
        counts: input.shape.flatMap((length, axis) => [output.shape[axis]! / length, length]),
        from: { tensor: input.name, offset: 0, strides: from.flatMap((step) => [0, step]) },
        to: {
          tensor: output.name,
          offset: 0,
          strides: to.flatMap((step, axis) => [step * input.shape[axis]!, step]),
        },
        elementBytes: bytesPerElement(input.type),
      }),
    ]
  },
})
