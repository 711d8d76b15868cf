// SPDX-License-Identifier: Apache-2.0
// output[o0, o1, ...] = input[o0 mod length 0, o1 mod length 1, ...]
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'tile'>['reference'] = (_, [input], [output]) => {
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape).map((o, axis) => o % input!.shape[axis]!)
    data[index] = input!.data[indexOf(at, input!.shape)]!
  }
  return [{ shape: output!.shape, data }]
}
