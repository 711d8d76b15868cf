// SPDX-License-Identifier: Apache-2.0
// output[...] = table[channel * 256 + byte], channel = the coordinate along `axis` (0 without one).
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'table'>['reference'] = (node, [input], [output]) => {
  const { table, axis } = node.attributes
  const { shape, data } = input!
  const inner = axis === null ? 1 : sizeOf(shape.slice(axis + 1))
  const channels = axis === null ? 1 : shape[axis]!
  const result = allocate(output!.type, data.length)
  for (let index = 0; index < data.length; index++) {
    const channel = Math.floor(index / inner) % channels
    const byte = Number(data[index]) & 255
    result[index] = table[channel * 256 + byte]!
  }
  return [{ shape, data: result }]
}
