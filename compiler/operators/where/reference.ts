// SPDX-License-Identifier: Apache-2.0
// y = condition ? a : b, with numpy broadcasting of all three.
import { allocate, sizeOf } from '../../ir/types.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'where'>['reference'] = (_, [condition, a, b], [output]) => {
  const { type, shape } = output!
  const data = allocate(type, sizeOf(shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, shape)
    const chosen = condition!.data[broadcastIndex(at, condition!.shape)] ? a! : b!
    data[index] = chosen.data[broadcastIndex(at, chosen.shape)]!
  }
  return [{ shape, data }]
}
