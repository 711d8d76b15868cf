// SPDX-License-Identifier: Apache-2.0
// output[...] = table[a * 256 + b] for the bytes a and b of the two elements, with numpy broadcasting.
import { allocate, sizeOf } from '../../ir/types.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'pair_table'>['reference'] = (node, [a, b], [output]) => {
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const left = Number(a!.data[broadcastIndex(at, a!.shape)]) & 255
    const right = Number(b!.data[broadcastIndex(at, b!.shape)]) & 255
    data[index] = node.attributes.table[left * 256 + right]!
  }
  return [{ shape: output!.shape, data }]
}
