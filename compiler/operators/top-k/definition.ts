// SPDX-License-Identifier: Apache-2.0
// top_k: the greatest or least quanta along an axis, in order, or where they are.
import { splitAt } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { elementType } from '../element-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const topK = defineOperator({
  name: 'top_k',
  summary: 'the greatest or least elements along an axis, or their indices',
  layout: 'strided',
  chooseOrders: (_, [input]) => ({ input: null, output: input!.order }),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { axis, largest, yields } = node.attributes
    const { outer, length, inner } = splitAt(input, axis)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'top-k',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: elementType(node, input) },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          CHOSEN: { kind: 'usize', value: output.shape[axis]! },
          IS_LARGEST: { kind: 'bool', value: largest },
          YIELDS_INDICES: { kind: 'bool', value: yields === 'indices' },
        },
        inputs: [input.name],
        outputs: [output.name],
      },
    ]
  },
})
