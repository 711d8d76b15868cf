// SPDX-License-Identifier: Apache-2.0
// The contract `tflite` on an int64 accumulator (int16 activations): m rounded to 15 bits, one rounding, halves up.
//     d = m / 2^31 * 2^s        M(x) = wrap((x * (m / 2^16, rounded) + 2^(14 - s)) >> (15 - s))
import type { FixedMultiplier } from './fixed-point.js'
import { clamp, type Range } from './float32.js'

/** Largest magnitude of an int64 accumulator for which the reference documents its rule. */
export const WIDE_LIMIT = 2 ** 47

/**
 * M(x).
 * Pre: |x| < WIDE_LIMIT, shift <= 14.
 */
export function applyWide(x: number, { multiplier, shift }: FixedMultiplier): number {
  const bits = BigInt(15 - shift)
  return Number(BigInt.asIntN(32, (BigInt(x) * BigInt(upperHalf(multiplier)) + (1n << (bits - 1n))) >> bits))
}

/** A multiplier's upper half, rounded. */
const upperHalf = (multiplier: number): number =>
  multiplier < 0x7fff0000 ? (multiplier + 2 ** 15) >>> 16 : 0x7fff

/** As requantizeFixed, of an int64 accumulator. */
export const requantizeWide = (
  x: number,
  by: FixedMultiplier,
  output: Range & { readonly zeroPoint: number },
): number => clamp((applyWide(x, by) + output.zeroPoint) | 0, output)

/** Bytes of a record of assembly/requantize.ts's requantizeWide. */
export const WIDE_RECORD_BYTES = 16

/** [ bias i64 | multiplier's upper half i32 | right shift i32 ], little-endian. Pre: -31 <= shift <= 14. */
export function encodeWideRecord(bias: number, { multiplier, shift }: FixedMultiplier): Uint8Array {
  const view = new DataView(new ArrayBuffer(WIDE_RECORD_BYTES))
  view.setBigInt64(0, BigInt(bias), true)
  view.setInt32(8, upperHalf(multiplier), true)
  view.setInt32(12, 15 - shift, true)
  return new Uint8Array(view.buffer)
}
