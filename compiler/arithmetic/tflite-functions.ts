// SPDX-License-Identifier: Apache-2.0
// Functions of one int8 value as TFLite Micro's reference kernels compute them; v is the quantum less its zero point.

import type { Quantization } from '../ir/types.js'
import { logistic, tanh } from './fixed-functions.js'
import {
  applyFixed,
  type FixedMultiplier,
  fixedMultiplier,
  requantizeFixed,
  roundHalfAway,
  roundingShift,
} from './fixed-point.js'
import { clamp, f32, type Range } from './float32.js'

const int8: Range = { min: -128, max: 127 }
const int16: Range = { min: -32768, max: 32767 }

export interface FixedOutput extends Range {
  readonly zeroPoint: number
}

/** Integer bits of the fixed-point argument of logistic and tanh. */
const integerBits = 4

/** Shared by logistic and tanh: the argument in fixed point, and from which magnitude on the result is its limit. */
function argument(scale: number): { by: FixedMultiplier; radius: number } {
  const by = fixedMultiplier(scale * 2 ** (31 - integerBits))
  return { by, radius: Math.floor((15 * 2 ** (31 - integerBits)) / 2 ** by.shift) }
}

/** Result in 1/256, zero point -128. Pre: scale >= 2^-27. */
export function logisticInt8(v: number, scale: number): number {
  const { by, radius } = argument(scale)
  if (v <= -radius) return -128
  if (v >= radius) return 127
  return clamp(roundingShift(logistic(applyFixed(v, by), integerBits), 23) - 128, int8)
}

/** Result in 1/128, zero point 0. Pre: scale >= 2^-27. */
export function tanhInt8(v: number, scale: number): number {
  const { by, radius } = argument(scale)
  if (v <= -radius) return -128
  if (v >= radius) return 127
  return clamp(roundingShift(tanh(applyFixed(v, by), integerBits), 24), int8)
}

export interface Slopes {
  readonly positive: FixedMultiplier
  /** Of the slope's magnitude. */
  readonly negative: FixedMultiplier
  readonly isNegated: boolean
}

/** Two straight lines that meet at 0. */
export function leakyRelu(v: number, { positive, negative, isNegated }: Slopes, output: FixedOutput): number {
  if (v >= 0) return requantizeFixed(v, positive, output)
  const scaled = applyFixed(v, negative)
  return clamp(((isNegated ? -scaled : scaled) + output.zeroPoint) | 0, output)
}

/** exp(x) - 1 below 0, in float32. */
export function elu(v: number, inputScale: number, outputScale: number, output: FixedOutput): number {
  const x = f32(inputScale * v)
  const y = x < 0 ? f32(f32(Math.exp(x)) - 1) : x
  return clamp(roundHalfAway(f32(y * f32(1 / outputScale))) + output.zeroPoint, output)
}

/** As 16 bits: the multiplier's upper half, rounded. */
const upperHalf = ({ multiplier }: FixedMultiplier): number =>
  multiplier >= 2 ** 31 - 2 ** 15 ? 32767 : (multiplier + 2 ** 15) >> 16

/** Rounding high product of 16 bits; the quotient truncates. Pre: not both -32768. */
const product16 = (a: number, b: number): number =>
  Math.trunc((a * b + (a * b >= 0 ? 2 ** 14 : 1 - 2 ** 14)) / 2 ** 15)

/** x * relu6(x + 3) / 6. `round`: of quotients of scales. Pre: the multiplier to the output is below 1. */
export function hardSwish(
  v: number,
  inputScale: number,
  { scale, zeroPoint }: Quantization,
  round: (value: number) => number,
): number {
  const toOutput = fixedMultiplier(round(inputScale / 128 / scale))
  const toRelu = fixedMultiplier(round(inputScale / 128 / (3 / 32768)))
  const fine = v * 128
  const preset = product16(fine, upperHalf(toOutput))
  let gate = fine
  if (toRelu.shift > 0) gate = clamp(gate * 2 ** (toRelu.shift - 1), int16)
  gate = product16(gate, upperHalf(toRelu))
  if (toRelu.shift > 0) gate = clamp(gate * 2, int16)
  if (toRelu.shift < 0) gate = roundingShift(gate, -toRelu.shift)
  gate = (gate + 2 ** 15) >> 1
  const result = roundingShift(Math.trunc((gate * preset) / 2 ** 15), -toOutput.shift)
  return clamp(result + zeroPoint, int8)
}
