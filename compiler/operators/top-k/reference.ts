// SPDX-License-Identifier: Apache-2.0
// Each row sorted by value and then by index; the first ones are taken.
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

export const reference: OperatorDefinition<'top_k'>['reference'] = (node, [input], [output]) => {
  const { axis, largest, yields } = node.attributes
  const sign = largest ? -1 : 1
  const data = allocate(output!.type, sizeOf(output!.shape))
  const places = rowIndices(output!.shape, axis, false)
  rowIndices(input!.shape, axis, false).forEach((row, r) => {
    const values = row.map((at) => Number(input!.data[at]))
    const order = [...values.keys()].sort((a, b) => sign * (values[a]! - values[b]!) || a - b)
    places[r]!.forEach((place, k) => {
      data[place] = (yields === 'indices' ? BigInt(order[k]!) : values[order[k]!]!) as never
    })
  })
  return [{ shape: output!.shape, data }]
}
