// SPDX-License-Identifier: Apache-2.0
// table: a function of one 8-bit input, looked up: output = table[byte of the input]; with an axis, one table per coordinate.
import type { ProgramTensor } from '../../codegen/program.js'
import type { TableAttributes } from '../../ir/operators.js'
import { bytesPerElement, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const table = defineOperator({
  name: 'table',
  summary: 'any function of one 8-bit input, as 256 entries',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const elementBytes = bytesPerElement(output.type)
    const { outer, channels, inner } = split(input, node.attributes)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'table',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          TABLE: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          ELEMENT: { kind: 'type', value: elementBytes === 4 ? 'i32' : 'u8' },
          OUTER: { kind: 'usize', value: outer },
          CHANNELS: { kind: 'usize', value: channels },
          INNER: { kind: 'usize', value: inner },
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace: elementBytes === 1 ? [{ input: 0, output: 0 }] : [],
        scratchBytes: 256 * elementBytes,
        segment: bytesOf(node.attributes.table),
      },
    ]
  },
})

/** Elements before, along and behind the table's axis, in memory order. */
function split(input: ProgramTensor, { axis }: TableAttributes) {
  if (axis === null) return { outer: 1, channels: 1, inner: sizeOf(input.shape) }
  const { order } = input.layout
  const position = order.indexOf(axis)
  const elements = (axes: readonly number[]) => sizeOf(axes.map((a) => input.shape[a]!))
  return {
    outer: elements(order.slice(0, position)),
    channels: input.shape[axis]!,
    inner: elements(order.slice(position + 1)),
  }
}
