// SPDX-License-Identifier: Apache-2.0
// output[o0, o1, ...] = input[..., with coordinate o_i on axis permutation[i], ...]
import { allocate, rowMajorStrides, sizeOf } from '../../ir/types.js'
import { coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'transpose'>['reference'] = (node, [input], [output]) => {
  const { permutation } = node.attributes
  const strides = rowMajorStrides(input!.shape)
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    data[index] = input!.data[permutation.reduce((sum, axis, i) => sum + strides[axis]! * at[i]!, 0)]!
  }
  return [{ shape: output!.shape, data }]
}
