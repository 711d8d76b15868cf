// SPDX-License-Identifier: Apache-2.0
// float32 arithmetic and the two conversions between reals and quanta, as the contract's reference computes them:
//     quantize:   q = clamp(rne(f32(v / scale)) + zeroPoint)      dequantize:   v = f32((q - zeroPoint) * scale)
// A float32 operation is the double operation rounded once by Math.fround: exact for + - * / and sqrt.
import type { Quantization } from '../ir/types.js'

export const f32 = Math.fround

/** Range of an output: lo and hi of its type, or narrower. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** Nearest integer, ties to the even one; any finite double. Never returns -0. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor + 0
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor + 0 : floor + 1
}

/** `value` within min..max. Pre: not NaN, min <= max. */
export const clamp = (value: number, { min, max }: Range): number => Math.min(max, Math.max(min, value))

/** Q(v): a true float32 division (never a reciprocal), rounding, then the zero point; infinities saturate, NaN becomes 0. */
export function quantize(value: number, { scale, zeroPoint }: Quantization, range: Range): number {
  const quotient = f32(f32(value) / scale)
  if (Number.isNaN(quotient)) return 0
  return clamp(roundHalfEven(clamp(quotient, wide)) + zeroPoint, range)
}

/** Beyond any quantum and zero point of 8 or 16 bits, small enough to round. */
const wide: Range = { min: -(2 ** 24), max: 2 ** 24 }

/** DQ(q): integer subtraction, then one float32 multiplication. */
export const dequantize = (quantum: number, { scale, zeroPoint }: Quantization): number =>
  f32(f32(quantum - zeroPoint) * scale)
