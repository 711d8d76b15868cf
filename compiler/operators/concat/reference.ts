// SPDX-License-Identifier: Apache-2.0
// output[..., start of input k + i, ...] = input k[..., i, ...] on the axis.
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'concat'>['reference'] = (node, inputs, [output]) => {
  const { axis } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  let start = 0
  for (const input of inputs) {
    for (let index = 0; index < input.data.length; index++) {
      const at = coordinatesOf(index, input.shape)
      at[axis]! += start
      data[indexOf(at, output!.shape)] = input.data[index]!
    }
    start += input.shape[axis]!
  }
  return [{ shape: output!.shape, data }]
}
