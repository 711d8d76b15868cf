// SPDX-License-Identifier: Apache-2.0
// output[o0, o1, ...] = input[starts[0] + o0 * steps[0], starts[1] + o1 * steps[1], ...]
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'slice'>['reference'] = (node, [input], [output]) => {
  const { starts, steps } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape).map((o, axis) => starts[axis]! + o * steps[axis]!)
    data[index] = input!.data[indexOf(at, input!.shape)]!
  }
  return [{ shape: output!.shape, data }]
}
