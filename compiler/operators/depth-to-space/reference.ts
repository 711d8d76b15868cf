// SPDX-License-Identifier: Apache-2.0
// output[n, c, y * b + by, x * b + bx] = input[n, k, y, x] with k = (by * b + bx) * C + c (DCR: depth, column, row)
// or k = c * b * b + by * b + bx (CRD).
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'depth_to_space'>['reference'] = (node, [input], [output]) => {
  const { blockSize: b, mode } = node.attributes
  const channels = output!.shape[1]!
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const [n, c, outY, outX] = coordinatesOf(index, output!.shape) as [number, number, number, number]
    const place = (outY % b) * b + (outX % b)
    const k = mode === 'DCR' ? place * channels + c : c * b * b + place
    data[index] = input!.data[indexOf([n, k, Math.floor(outY / b), Math.floor(outX / b)], input!.shape)]!
  }
  return [{ shape: output!.shape, data }]
}
