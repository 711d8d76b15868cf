// SPDX-License-Identifier: Apache-2.0
// Rule M of the contract `tflite`: a real multiplier d as a 31-bit integer m and a shift s, applied to an int32 with two
// roundings, as TFLite Micro's reference kernels do. Every int32 operation wraps.
//     d = m / 2^31 * 2^s        M(x) = RDP(SRDHM(wrap(x << max(s, 0)), m), max(-s, 0))
import { clamp, type Range } from './float32.js'

/** 2^30 <= multiplier < 2^31, or both 0. */
export interface FixedMultiplier {
  readonly multiplier: number
  readonly shift: number
}

const zero: FixedMultiplier = { multiplier: 0, shift: 0 }

/** Nearest integer, halves away from zero: C's round(). */
export const roundHalfAway = (value: number): number => {
  const magnitude = Math.abs(value)
  const floor = Math.floor(magnitude)
  return Math.sign(value) * (magnitude - floor >= 0.5 ? floor + 1 : floor) || 0
}

/** Pre: d >= 0, finite. Below 2^-31 or so it becomes 0. */
export function fixedMultiplier(d: number): FixedMultiplier {
  if (d === 0) return zero
  let shift = exponentOf(d)
  let multiplier = roundHalfAway((d / 2 ** shift) * 2 ** 31)
  if (multiplier === 2 ** 31) {
    multiplier /= 2
    shift++
  }
  return shift < -31 ? zero : { multiplier, shift }
}

/** The multiplier that m and s stand for. */
export const realMultiplier = ({ multiplier, shift }: FixedMultiplier): number =>
  multiplier * 2 ** (shift - 31)

/** s with 2^(s-1) <= d < 2^s. Pre: d > 0. */
export function exponentOf(d: number): number {
  let shift = Math.floor(Math.log2(d)) + 1
  while (d >= 2 ** shift) shift++
  while (d < 2 ** (shift - 1)) shift--
  return shift
}

/** High half of the doubled product, rounded: (a * m + 2^30) / 2^31, halves up. Pre: int32 a, 0 <= m < 2^31. */
export function roundingHighProduct(a: number, m: number): number {
  // Both halves of the product stay below 2^53.
  const upper = Math.floor(a / 65536) * m
  const lower = (a & 0xffff) * m
  const rest = upper - Math.floor(upper / 32768) * 32768
  return Math.floor(upper / 32768) + Math.floor((rest * 65536 + lower + 2 ** 30) / 2 ** 31)
}

/** x / 2^exponent, halves away from zero. Pre: int32 x, 0 <= exponent <= 31. */
export function roundingShift(x: number, exponent: number): number {
  const unit = 2 ** exponent
  const floor = Math.floor(x / unit)
  const rest = x - floor * unit
  const threshold = Math.floor((unit - 1) / 2) + (x < 0 ? 1 : 0)
  return floor + (rest > threshold ? 1 : 0)
}

/** M(x). Pre: int32 x, shift <= 30. */
export function applyFixed(x: number, { multiplier, shift }: FixedMultiplier): number {
  const shifted = shift > 0 ? x << shift : x
  return roundingShift(roundingHighProduct(shifted, multiplier), Math.max(-shift, 0))
}

/** clamp(wrap(M(x) + zeroPoint)): how every quantized result is finished. */
export const requantizeFixed = (
  x: number,
  by: FixedMultiplier,
  output: Range & { readonly zeroPoint: number },
): number => clamp((applyFixed(x, by) + output.zeroPoint) | 0, output)

/** Bytes of a record of assembly/requantize.ts's requantizeDouble. */
export const DOUBLE_RECORD_BYTES = 12

/** [ bias i32 | multiplier i32 | left shift u8 | right shift u8 | 0 0 ], little-endian. Pre: -31 <= shift <= 30. */
export function encodeDoubleRecord(bias: number, { multiplier, shift }: FixedMultiplier): Uint8Array {
  const view = new DataView(new ArrayBuffer(DOUBLE_RECORD_BYTES))
  view.setInt32(0, bias, true)
  view.setInt32(4, multiplier, true)
  view.setUint8(8, Math.max(shift, 0))
  view.setUint8(9, Math.max(-shift, 0))
  return new Uint8Array(view.buffer)
}

/** The multiplier of such a record. */
export function decodeDoubleRecord(record: Uint8Array): FixedMultiplier {
  const view = new DataView(record.buffer, record.byteOffset)
  return { multiplier: view.getInt32(4, true), shift: view.getUint8(8) - view.getUint8(9) }
}
