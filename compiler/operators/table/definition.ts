// SPDX-License-Identifier: Apache-2.0
// table: a function of one 8-bit input, looked up: output = table[byte of the input]; with an axis, one table per coordinate.
import { defineOperator } from '../definition.js'
import { reference } from './reference.js'
import { tableStep } from './step.js'

export const table = defineOperator({
  name: 'table',
  summary: 'any function of one 8-bit input, as 256 entries',
  layout: 'same',
  reference,
  lower: (node, context) => [
    tableStep(node, node.attributes, context.tensor(node.inputs[0]!), context.tensor(node.outputs[0]!)),
  ],
})
