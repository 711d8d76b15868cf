// SPDX-License-Identifier: Apache-2.0
// Functions in fixed point as TFLite Micro's reference kernels have them (gemmlowp): int32 in Q(k).(31-k), that is k
// integer bits; products are rounding high products, sums wrap.
import { roundingHighProduct, roundingShift } from './fixed-point.js'

const product = roundingHighProduct
const ONE = 2 ** 31 - 1

/** Saturating left shift. */
const shiftLeft = (x: number, bits: number): number => Math.min(ONE, Math.max(-(2 ** 31), x * 2 ** bits))

/** exp(-2^e) in Q0.31, for e = -2..4. */
const powers = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242]
/** exp(-1/8) in Q0.31. */
const EXP_EIGHTH = 1895147668
const THIRD = 715827883

/** exp(a) in Q0.31 for a <= 0 with k integer bits. */
export function expOfNegative(a: number, k: number): number {
  if (a === 0) return ONE
  const quarter = 2 ** (29 - k)
  const rest = (a & (quarter - 1)) - quarter
  const remainder = (rest - a) | 0
  const x = (shiftLeft(rest, k) + 2 ** 28) | 0
  const square = product(x, x)
  const cube = product(square, x)
  const fourth = product(square, square)
  const series = (product((roundingShift(fourth, 2) + cube) | 0, THIRD) + square) | 0
  let result = (EXP_EIGHTH + product(EXP_EIGHTH, (x + roundingShift(series, 1)) | 0)) | 0
  for (const [index, power] of powers.entries()) {
    const exponent = index - 2
    if (exponent < k && (remainder & (1 << (31 - k + exponent))) !== 0) result = product(result, power)
  }
  return k > 5 && a < -(32 * 2 ** (31 - k)) ? 0 : result
}

/** Newton's method for 1 / (1 + a) in Q2.29, a in Q0.31, 0 <= a < 1; before the last shift. */
function reciprocalOfHalf(a: number): number {
  const half = Math.floor((a + ONE + 1) / 2)
  let x = 1515870810 + product(half, -1010580540)
  for (let step = 0; step < 3; step++) {
    const error = (2 ** 29 - product(half, x)) | 0
    x = (x + shiftLeft(product(x, error), 2)) | 0
  }
  return x
}

/** 1 / (1 + a) in Q0.31, for a in Q0.31, 0 <= a < 1. */
export const reciprocalOfOnePlus = (a: number): number => shiftLeft(reciprocalOfHalf(a), 1)

/** Logistic function in Q0.31 of a with k integer bits. */
export function logistic(a: number, k: number): number {
  if (a === 0) return 2 ** 30
  const value = reciprocalOfOnePlus(expOfNegative(-Math.abs(a), k))
  return a > 0 ? value : ONE - value
}

/** Hyperbolic tangent in Q0.31 of a with k integer bits: (1 - e) / (1 + e) of e = exp(-2a). */
export function tanh(a: number, k: number): number {
  if (a === 0) return 0
  const e = expOfNegative(-Math.abs(a), k + 1)
  const value = shiftLeft((reciprocalOfHalf(e) - 2 ** 29) | 0, 2)
  return a > 0 ? value : -value
}
