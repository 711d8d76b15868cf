// SPDX-License-Identifier: Apache-2.0
// y[i] = x[0] + ... + x[i], in whole numbers of any size, then wrapped to the output's type.
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'
import { wrapped } from '../wrapped.js'

export const reference: OperatorDefinition<'cumulative_sum'>['reference'] = (node, [input], [output]) => {
  const { axis, exclusive, reverse } = node.attributes
  const { type, shape } = output!
  const data = allocate(type, sizeOf(shape))
  for (const row of rowIndices(shape, axis, false)) {
    let sum = 0n
    for (const index of reverse ? row.toReversed() : row) {
      const next = sum + BigInt(input!.data[index]!)
      data[index] = wrapped(exclusive ? sum : next, type) as never
      sum = next
    }
  }
  return [{ shape, data }]
}
