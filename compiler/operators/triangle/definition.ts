// SPDX-License-Identifier: Apache-2.0
// triangle: the upper or lower triangle of matrices, zeros elsewhere.
import { sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const triangle = defineOperator({
  name: 'triangle',
  summary: 'the upper or lower triangle of matrices',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { upper, diagonal } = node.attributes
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'triangle',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: nativeType(node, output) },
          MATRICES: { kind: 'usize', value: sizeOf(output.shape.slice(0, -2)) },
          ROWS: { kind: 'i32', value: output.shape.at(-2)! },
          COLUMNS: { kind: 'i32', value: output.shape.at(-1)! },
          UPPER: { kind: 'bool', value: upper },
          DIAGONAL: { kind: 'i32', value: diagonal },
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace: [{ input: 0, output: 0 }],
      },
    ]
  },
})
