// SPDX-License-Identifier: Apache-2.0
// output = R(bias[o] + sum over k of (x[k] - inputZeroPoint) * (w[o][k] - weightZeroPoint[o])), or that sum as float32 times
// its multiplier; in BigInt, padding counts as 0.
import { clamp, f32, roundHalfEven } from '../../arithmetic/float32.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'
import { rowTaps, windowTaps } from '../weighted-sum/reference.js'

export const reference: OperatorDefinition<'wide_sum'>['reference'] = (node, [input], [output]) => {
  const { weight, weightZeroPoints, bias, inputZeroPoint, requantization, floatMultipliers } = node.attributes
  const multipliers = requantization?.multipliers ?? floatMultipliers!
  const data = allocate(output!.type, sizeOf(output!.shape))
  const depth = sizeOf(weight.shape.slice(1))
  const isRows = weight.shape.length === 2
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const o = isRows ? at.at(-1)! : at[1]!
    const taps = isRows ? rowTaps(input!, at) : windowTaps(input!, at, node.attributes)
    const zeroPoint = weightZeroPoints[o % weightZeroPoints.length]!
    let accumulator = BigInt(bias?.[o] ?? 0)
    taps.forEach((tap, k) => {
      if (tap === null) return
      const x = Number(input!.data[tap]) - inputZeroPoint
      accumulator += BigInt(x) * BigInt(Number(weight.data[o * depth + k]) - zeroPoint)
    })
    const value = f32(f32(Number(accumulator)) * multipliers[o % multipliers.length]!)
    data[index] = requantization
      ? clamp(roundHalfEven(value) + requantization.zeroPoint, requantization)
      : value
  }
  return [{ shape: output!.shape, data }]
}
