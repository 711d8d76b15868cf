// SPDX-License-Identifier: Apache-2.0
// dequantize: 16-bit -> float32, DQ(q) = f((q - zero point) * scale), one scale or one per coordinate of an axis. (Of 8
// bits it is a table.)
import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { encodeQuantizations, quantizationBytes } from '../quantize/records.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const dequantize = defineOperator({
  name: 'dequantize',
  summary: '16-bit to float32',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { scales, zeroPoints, axis } = node.attributes
    const { outer, length, inner } = splitAt(input, scales.length > 1 ? axis : null)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'dequantize',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          RECORDS: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          OUTER: { kind: 'usize', value: outer },
          CHANNELS: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          QUANTUM: { kind: 'type', value: nativeType(node, input) },
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace: [],
        scratchBytes: quantizationBytes,
        segment: encodeQuantizations(scales, zeroPoints),
        requantizer: 'float',
      },
    ]
  },
})
