// SPDX-License-Identifier: Apache-2.0
// table_softmax: TFLite's softmax of int16 rows: two tables of 513 points, one sum, one reciprocal.
import { exponentialPoints, reciprocalPoints, softmaxMultiplier } from '../../arithmetic/table-softmax.js'
import { alignUp } from '../../memory/plan.js'
import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { rowOrders } from '../row-orders.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const tableSoftmax = defineOperator({
  name: 'table_softmax',
  summary: 'softmax of int16 rows in fixed point',
  layout: 'strided',
  chooseOrders: (_, [input]) => rowOrders({ axis: input!.shape.length - 1, rowIsTail: false }, input!),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { outer, length, inner } = splitAt(input, input.shape.length - 1)
    const { multiplier, shift } = softmaxMultiplier(node.attributes.inputScale, node.attributes.beta)
    const segment = joinBytes([bytesOf(exponentialPoints), bytesOf(reciprocalPoints)])
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'table-softmax',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          POINTS: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          MULTIPLIER: { kind: 'i32', value: multiplier },
          SHIFT_LEFT: { kind: 'i32', value: Math.max(shift, 0) },
          SHIFT_RIGHT: { kind: 'i32', value: Math.max(-shift, 0) },
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: alignUp(segment.length, 8),
        segment,
      },
    ]
  },
})
