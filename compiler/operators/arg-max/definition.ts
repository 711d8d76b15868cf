// SPDX-License-Identifier: Apache-2.0
// arg_max: where the greatest element lies along an axis, as int64 or int32.
import type { Order } from '../../ir/layout.js'
import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { elementType } from '../element-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const argMax = defineOperator({
  name: 'arg_max',
  summary: 'index of the maximum along an axis, as int64',
  layout: 'strided',
  chooseOrders: ({ attributes: { axis } }, [input], output) => ({
    input: null,
    output: output.shape.length === input!.shape.length ? input!.order : without(axis, input!.order),
  }),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { outer, length, inner } = splitAt(input, node.attributes.axis)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'arg-max',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: elementType(node, input) },
          INDEX: { kind: 'type', value: output.type === 'int32' ? 'i32' : 'i64' },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          SELECT_LAST: { kind: 'bool', value: node.attributes.selectLast },
        },
        inputs: [input.name],
        outputs: [output.name],
      },
    ]
  },
})

/** The order of the axes that remain; those behind the removed one move up. */
const without = (axis: number, order: Order): Order =>
  order.filter((a) => a !== axis).map((a) => (a > axis ? a - 1 : a))
