// SPDX-License-Identifier: Apache-2.0
// quantize: float32 -> 8- or 16-bit, Q(v) = clamp(rne(f(v / scale)) + zero point), one scale or one per coordinate of an axis.
import { type QuantumType, rangeOf } from '../../ir/types.js'
import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { encodeQuantizations, quantizationBytes } from './records.js'
import { reference } from './reference.js'

export const quantize = defineOperator({
  name: 'quantize',
  summary: 'float32 to 8- or 16-bit',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { scales, zeroPoints, axis, halvesAway } = node.attributes
    const { outer, length, inner } = splitAt(input, scales.length > 1 ? axis : null)
    const { min, max } = rangeOf(output.type as QuantumType)
    const segment = encodeQuantizations(scales, zeroPoints)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'quantize',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          RECORDS: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          OUTER: { kind: 'usize', value: outer },
          CHANNELS: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          quantize: { kind: 'code', symbol: halvesAway ? 'quantizeHalfAway' : 'quantize', from: 'quantize' },
          QUANTUM: { kind: 'type', value: nativeType(node, output) },
          OUTPUT_MIN: { kind: 'i32', value: min },
          OUTPUT_MAX: { kind: 'i32', value: max },
        },
        inputs: [input.name],
        outputs: [output.name],
        // One channel goes from the first element to the last: a quantum is written after the float above it was read.
        inPlace: length === 1 ? [{ input: 0, output: 0 }] : [],
        scratchBytes: quantizationBytes,
        segment,
        requantizer: 'float',
      },
    ]
  },
})
