// SPDX-License-Identifier: Apache-2.0
// plain_unary: one integer or bool element to another, and conversions between element types.
import { plainUnaryOperations } from '../../ir/plain-operators.js'
import { bytesPerElement, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const plainUnary = defineOperator({
  name: 'plain_unary',
  summary: 'negation, absolute value, sign, complement or conversion of integer or bool elements',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const isSameSize = bytesPerElement(input.type) === bytesPerElement(output.type)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'plain-unary',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          OPERATION: { kind: 'i32', value: plainUnaryOperations.indexOf(node.attributes.operation) },
          FROM: { kind: 'type', value: nativeType(node, input) },
          TO: { kind: 'type', value: nativeType(node, output) },
          TO_BOOL: { kind: 'bool', value: output.type === 'bool' },
          COUNT: { kind: 'usize', value: sizeOf(output.shape) },
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace: isSameSize ? [{ input: 0, output: 0 }] : [],
      },
    ]
  },
})
