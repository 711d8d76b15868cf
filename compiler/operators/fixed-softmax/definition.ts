// SPDX-License-Identifier: Apache-2.0
// fixed_softmax: TFLite's softmax of int8 rows: a table of 256 powers in fixed point, one sum, one reciprocal.
import { softmaxPowers } from '../../arithmetic/fixed-softmax.js'
import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { rowOrders } from '../row-orders.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const fixedSoftmax = defineOperator({
  name: 'fixed_softmax',
  summary: 'softmax of int8 rows in fixed point',
  layout: 'strided',
  chooseOrders: (_, [input]) => rowOrders({ axis: input!.shape.length - 1, rowIsTail: false }, input!),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { outer, length, inner } = splitAt(input, input.shape.length - 1)
    const segment = bytesOf(softmaxPowers(node.attributes.inputScale, node.attributes.beta))
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-softmax',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          TABLE: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          RESULT: { kind: 'type', value: output.type === 'int16' ? 'i16' : 'i8' },
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: segment.length,
        segment,
      },
    ]
  },
})
