// SPDX-License-Identifier: Apache-2.0
// dynamic_quantize: float32 -> uint8 with the scale and zero point that the tensor's own range gives, computed at run time.
import { sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const dynamicQuantize = defineOperator({
  name: 'dynamic_quantize',
  summary: 'float32 to uint8, scale and zero point from the range at run time',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const [output, scale, zeroPoint] = node.outputs as [string, string, string]
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'dynamic-quantize',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output },
          SCALE: { kind: 'address', tensor: scale },
          ZERO_POINT: { kind: 'address', tensor: zeroPoint },
          COUNT: { kind: 'usize', value: sizeOf(input.shape) },
        },
        inputs: [input.name],
        outputs: [output, scale, zeroPoint],
        // A byte is written after the float above it was read; scale and zero point come last.
        inPlace: [{ input: 0, output: 0 }],
        requantizer: 'float',
      },
    ]
  },
})
