// SPDX-License-Identifier: Apache-2.0
// v = f(f(DQ(a) op DQ(b)) / s); y = rne(f(clamp(v, lo - z, hi - z) + z)), with numpy broadcasting.
import { pairRule } from '../../arithmetic/elementwise.js'
import { allocate, type QuantizedType, sizeOf } from '../../ir/types.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'quantized_binary'>['reference'] = (node, [a, b], [output]) => {
  const rule = { ...node.attributes, type: output!.type as QuantizedType }
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const left = Number(a!.data[broadcastIndex(at, a!.shape)])
    const right = Number(b!.data[broadcastIndex(at, b!.shape)])
    data[index] = pairRule(left, right, rule)
  }
  return [{ shape: output!.shape, data }]
}
