// SPDX-License-Identifier: Apache-2.0
// integer_average_pool: the mean of the quanta under each window, by a division of integers.
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { poolShape, rejectEmptyWindows, windowConstants } from '../pool-window.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const integerAveragePool = defineOperator({
  name: 'integer_average_pool',
  summary: 'mean of the quanta over 2-D windows, halves away from zero',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { attributes } = node
    const shape = poolShape(attributes, input, output)
    rejectEmptyWindows(node, shape, input)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'integer-average-pool',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: nativeType(node, input) },
          RECORDS: { kind: 'segment', offset: 0 },
          RECORDS_BYTES: { kind: 'usize', value: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          // Not called where the mean is a quotient.
          requantize: { kind: 'code', symbol: 'requantizePlain', from: '../requantize' },
          RECORD_BYTES: { kind: 'usize', value: 0 },
          IS_QUOTIENT: { kind: 'bool', value: true },
          ...windowConstants(shape),
          OUTPUT_ZERO_POINT: { kind: 'i32', value: 0 },
          OUTPUT_MIN: { kind: 'i32', value: attributes.min },
          OUTPUT_MAX: { kind: 'i32', value: attributes.max },
        },
        inputs: [input.name],
        outputs: [output.name],
        requantizer: 'quotient',
      },
    ]
  },
})
