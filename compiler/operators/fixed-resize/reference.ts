// SPDX-License-Identifier: Apache-2.0
// Four neighbours with weights of 10 bits each way, divided by 2^20, halves away from zero.
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'fixed_resize'>['reference'] = (node, [input], [output]) => {
  const { rows, columns } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const [n, c, y, x] = coordinatesOf(index, output!.shape) as [number, number, number, number]
    const [row, column] = [rows[y]!, columns[x]!]
    const at = (r: number, k: number) => Number(input!.data[indexOf([n, c, r, k], input!.shape)])
    const along = (r: number) =>
      at(r, column.first) * (1024 - column.part) + at(r, column.second) * column.part
    const total = along(row.first) * (1024 - row.part) + along(row.second) * row.part
    data[index] = Math.trunc((total + (total > 0 ? 2 ** 19 : -(2 ** 19))) / 2 ** 20)
  }
  return [{ shape: output!.shape, data }]
}
