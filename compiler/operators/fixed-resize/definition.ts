// SPDX-License-Identifier: Apache-2.0
// fixed_resize: linear interpolation of int8 images by weights of 10 bits.
import type { FixedInterpolation } from '../../ir/fixed-operators.js'
import { defineOperator } from '../definition.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const fixedResize = defineOperator({
  name: 'fixed_resize',
  summary: 'linear interpolation of int8 images in fixed point',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { rows, columns } = node.attributes
    const [batches, channels, height, width] = input.shape as [number, number, number, number]
    const segment = joinBytes([entries(rows, width * channels), entries(columns, channels)])
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-resize',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ENTRIES: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          BATCHES: { kind: 'usize', value: batches },
          IMAGE: { kind: 'usize', value: height * width * channels },
          CHANNELS: { kind: 'usize', value: channels },
          ROWS: { kind: 'usize', value: rows.length },
          COLUMNS: { kind: 'usize', value: columns.length },
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: Math.ceil(segment.length / 8) * 8,
        segment,
      },
    ]
  },
})

/** Per output coordinate: where both neighbours lie, in bytes, and the second one's weight. */
const entries = (axis: readonly FixedInterpolation[], step: number): Uint8Array =>
  bytesOf(Int32Array.from(axis.flatMap(({ first, second, part }) => [first * step, second * step, part])))
