// SPDX-License-Identifier: Apache-2.0
// cumulative_sum: running sums of integers along an axis.

import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const cumulativeSum = defineOperator({
  name: 'cumulative_sum',
  summary: 'running sums of integers along an axis',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { axis, exclusive, reverse } = node.attributes
    const { outer, length, inner } = splitAt(output, axis)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'cumulative-sum',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: nativeType(node, output) },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          EXCLUSIVE: { kind: 'bool', value: exclusive },
          REVERSE: { kind: 'bool', value: reverse },
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace: [{ input: 0, output: 0 }],
      },
    ]
  },
})
