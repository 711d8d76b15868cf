// SPDX-License-Identifier: Apache-2.0
// output[o] = input[o - begin] where that lies inside; outside: the value, the nearest inside element (edge), or the
// element mirrored at the first or last one (reflect).
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'pad'>['reference'] = (node, [input], [output]) => {
  const { pads, value, mode } = node.attributes
  const { shape } = input!
  const rank = shape.length
  const data = allocate(output!.type, sizeOf(output!.shape))
  const element: number | bigint =
    data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape).map((o, axis) => o - pads[axis]!)
    // What remains of the input after negative pads is what edges and mirrors refer to.
    const lo = shape.map((_, axis) => Math.max(0, -pads[axis]!))
    const hi = shape.map((length, axis) => length - 1 - Math.max(0, -pads[rank + axis]!))
    const isInside = at.every((place, axis) => place >= lo[axis]! && place <= hi[axis]!)
    if (mode === 'constant' && !isInside) {
      data[index] = element
      continue
    }
    const source = at.map((place, axis) => {
      const [low, high] = [lo[axis]!, hi[axis]!]
      if (mode === 'edge') return Math.min(Math.max(place, low), high)
      return place < low ? 2 * low - place : place > high ? 2 * high - place : place
    })
    data[index] = input!.data[indexOf(source, shape)]!
  }
  return [{ shape: output!.shape, data }]
}
