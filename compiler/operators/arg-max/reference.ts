// SPDX-License-Identifier: Apache-2.0
// The first (or last) index of the row's greatest element.
import { allocate } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

export const reference: OperatorDefinition<'arg_max'>['reference'] = (node, [input], [output]) => {
  const { axis, selectLast } = node.attributes
  const rows = rowIndices(input!.shape, axis, false)
  const data = allocate(output!.type, rows.length)
  rows.forEach((indices, row) => {
    const values = indices.map((index) => Number(input!.data[index]))
    const greatest = Math.max(...values)
    const index = selectLast ? values.lastIndexOf(greatest) : values.indexOf(greatest)
    data[row] = data instanceof BigInt64Array ? BigInt(index) : index
  })
  return [{ shape: output!.shape, data }]
}
