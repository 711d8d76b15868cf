// SPDX-License-Identifier: Apache-2.0
// y = clamp(M(bias + sum of (x - zero point) * w) + zero point), tap by tap; an accumulator of 32 bits wraps.
import { requantizeFixed } from '../../arithmetic/fixed-point.js'
import { requantizeWide } from '../../arithmetic/wide-fixed-point.js'
import type { Placing } from '../../ir/fixed-operators.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'fixed_convolution'>['reference'] = (node, [input], [output]) => {
  const { weight, bias, group, inputZeroPoint, placing, accumulatorBits, requantization } = node.attributes
  const { fixed } = requantization
  const [outChannels, groupChannels, height, width] = weight.shape as [number, number, number, number]
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const [n, o, y, x] = coordinatesOf(index, output!.shape) as [number, number, number, number]
    const firstChannel = Math.floor(o / (outChannels / group)) * groupChannels
    let accumulator = bias?.[o] ?? 0
    for (let ky = 0; ky < height; ky++) {
      for (let kx = 0; kx < width; kx++) {
        const row = placeOf(y, ky, placing[0], input!.shape[2]!)
        const column = placeOf(x, kx, placing[1], input!.shape[3]!)
        if (row === null || column === null) continue
        for (let c = 0; c < groupChannels; c++) {
          const value = Number(input!.data[indexOf([n, firstChannel + c, row, column], input!.shape)])
          const w = Number(weight.data[indexOf([o, c, ky, kx], weight.shape)])
          accumulator += (value - inputZeroPoint) * w
        }
      }
    }
    const by = fixed[fixed.length === 1 ? 0 : o]!
    data[index] =
      accumulatorBits === 32
        ? requantizeFixed(accumulator | 0, by, requantization)
        : requantizeWide(accumulator, by, requantization)
  }
  return [{ shape: output!.shape, data }]
}

/** The input coordinate that a tap of an output coordinate reads; null where there is none. */
function placeOf(out: number, tap: number, { up, pad, step, down }: Placing, size: number): number | null {
  const place = (out * up - pad + tap * step) / down
  return Number.isInteger(place) && place >= 0 && place < size ? place : null
}
