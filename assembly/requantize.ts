// SPDX-License-Identifier: MIT-0
// Requantizers: accumulator -> output, all equal to  clamp(rne(f32(f32(accumulator) * m)) + outputZeroPoint)
// wherever the compiler chose them (compiler/arithmetic/requantizer.ts; docs/arithmetic.md derives them). A node uses one form:
//
//     import { requantize, RECORD_BYTES } from "./constants"   // generated: export { requantizeFull as requantize, ... } from "../requantize"
//     requantize(load<i32>(record) + sum, record, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX)
//
// One record per output channel, little-endian, at any alignment; the kernel reads the bias itself:
//
//     plain, full   [ bias i32 | multiplier i64            ]  12 bytes     multiplier = m * 2^42
//     window        [ bias i32 | multiplier i64 | half u32 ]  16 bytes     half = the window's half width, a power of two or 0
//     float         [ bias i32 | m f32                     ]   8 bytes
//     double        [ bias i32 | m i32 | left u8 | right u8 | 0 0 ]  12 bytes: the rule of TFLite Micro, see requantizeDouble
//     wide          [ bias i64 | m i32 | right i32         ]  16 bytes: its rule for int64 accumulators, see requantizeWide
//
// The fixed point has FRACTION = 42 bits: then a float32 m >= 2^-19 is exact, and |accumulator * m| < 2^20 cannot overflow.
// In pictures, with P = accumulator * multiplier and k = P >> 42 (the floor):
//
//     P = kkkkkkkkkkkkkkkkkkkkkk.ffffffffffffffffffffffffffffffffffffffffff     result = k + (1 if f is beyond the threshold)
//                                0111111111111111111111111111111111111111111     added: just under one half, plus the parity of k: ties to even
//                                0000000000000000000w00000000000000000000000     xor: moves the threshold to the far side of the window,
//                                                                                where float32 would have rounded P to the tie first
//
// Executed WebAssembly operations, parameter loads, zero point and clamp included: plain 22, window 32, full 39, float 14.

const FRACTION: i64 = 42
const JUST_UNDER_HALF: i64 = ((<i64>1) << 41) - 1

export const PLAIN_RECORD_BYTES: usize = 12
export const WINDOW_RECORD_BYTES: usize = 16
export const FULL_RECORD_BYTES: usize = 12
export const FLOAT_RECORD_BYTES: usize = 8
export const DOUBLE_RECORD_BYTES: usize = 12
export const WIDE_RECORD_BYTES: usize = 16

/**
 * Round half up. Proven per channel: no reachable accumulator is so close to a tie that the contract rounds otherwise.
 * Pre: |accumulator * m| < 2^20, |outputZeroPoint| < 2^10.
 */
// @ts-ignore: decorator
@inline
export function requantizePlain(accumulator: i32, record: usize, outputZeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const product = <i64>accumulator * load<i64>(record, 4, 1)
  const rounding = JUST_UNDER_HALF + 1 + ((<i64>outputZeroPoint) << FRACTION)
  return clampInteger(<i32>((product + rounding) >> FRACTION), outputMin, outputMax)
}

/**
 * A constant window around every tie goes to the even neighbour. Proven per channel.
 * Pre: as requantizePlain; half < 2^41.
 */
// @ts-ignore: decorator
@inline
export function requantizeWindow(accumulator: i32, record: usize, outputZeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const product = <i64>accumulator * load<i64>(record, 4, 1)
  return clampInteger(roundToEven(product, product >> FRACTION, <i64>load<u32>(record, 12, 1), outputZeroPoint), outputMin, outputMax)
}

/**
 * The window is half a unit in the last place of a float32 at the tie: 2^17 for |k + 1/2| < 1, doubled with each further bit of k.
 * Equal to the contract for every accumulator with |accumulator| < 2^24 and every m with 2^-19 <= m; else proven per channel.
 * Pre: as requantizePlain.
 */
// @ts-ignore: decorator
@inline
export function requantizeFull(accumulator: i32, record: usize, outputZeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const product = <i64>accumulator * load<i64>(record, 4, 1)
  const floor = product >> FRACTION
  const half = rotr<i64>(1 << 17, clz<i64>(floor ^ (floor >> 63))) // clz = 64 rotates by nothing
  return clampInteger(roundToEven(product, floor, half, outputZeroPoint), outputMin, outputMax)
}

/**
 * The contract's own operations: clamp first, then adding 1.5 * 2^23 rounds half to even. Any accumulator, any m; m = 0 too.
 * Pre: |outputMin - outputZeroPoint| and |outputMax - outputZeroPoint| < 2^22.
 */
// @ts-ignore: decorator
@inline
export function requantizeFloat(accumulator: i32, record: usize, outputZeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const low = outputMin - outputZeroPoint
  const high = outputMax - outputZeroPoint
  const scaled = min<f32>(max<f32>(<f32>accumulator * load<f32>(record, 4, 1), <f32>low), <f32>high)
  return reinterpret<i32>(scaled + <f32>12582912.0) - (0x4b400000 - outputZeroPoint)
}

/**
 * TFLite Micro's two roundings: the high half of (accumulator << left) * m doubled, halves up; then a right shift, halves away
 * from zero. The left shift and the sum with the zero point wrap, as there. Equal for every accumulator.
 * Pre: 0 <= m < 2^31, 0 <= left <= 30, 0 <= right <= 31.
 */
// @ts-ignore: decorator
@inline
export function requantizeDouble(accumulator: i32, record: usize, outputZeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const shifted = accumulator << <i32>load<u8>(record, 8)
  const scaled = multiplyFixed(shifted, load<i32>(record, 4, 1), <i32>load<u8>(record, 9))
  return clampInteger(scaled + outputZeroPoint, outputMin, outputMax)
}

/**
 * TFLite Micro's one rounding of an int64 accumulator: times m of 15 bits, halves up; the result and its sum with the zero
 * point wrap, as there.  Pre: |accumulator| < 2^47, 0 <= m < 2^15, 1 <= right <= 46.
 */
// @ts-ignore: decorator
@inline
export function requantizeWide(accumulator: i64, record: usize, outputZeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const right = <i64>load<i32>(record, 12)
  const scaled = (accumulator * <i64>load<i32>(record, 8) + ((<i64>1) << (right - 1))) >> right
  return clampInteger(<i32>scaled + outputZeroPoint, outputMin, outputMax)
}

/** The two roundings without the left shift. Pre: 0 <= multiplier < 2^31, 0 <= right <= 31. */
// @ts-ignore: decorator
@inline
export function multiplyFixed(value: i32, multiplier: i32, right: i32): i32 {
  return <i32>shiftHalfAway(<i64>highProduct(value, multiplier), <i64>right)
}

/** sum / count, halves away from zero. Pre: count > 0, |sum| + count < 2^31. */
// @ts-ignore: decorator
@inline
export function roundedQuotient(sum: i32, count: i32, outputMin: i32, outputMax: i32): i32 {
  const half = count >> 1
  return clampInteger((sum + select<i32>(half, -half, sum > 0)) / count, outputMin, outputMax)
}

/** a * b / 2^31, halves up. Pre: not both -2^31. */
// @ts-ignore: decorator
@inline
export function highProduct(a: i32, b: i32): i32 {
  return <i32>((<i64>a * <i64>b + (1 << 30)) >> 31)
}

/** value / 2^shift, halves away from zero: a negative value gets one less than half of 2^shift before the shift. */
// @ts-ignore: decorator
@inline
export function shiftHalfAway(value: i64, shift: i64): i64 {
  const mask = ((<i64>1) << shift) - 1
  return (value + ((mask + <i64>(value >= 0)) >> 1)) >> shift
}

/** floor + 1 if the fraction is beyond the threshold: one half + window for an even floor, one half - window for an odd one; + zero point. */
// @ts-ignore: decorator
@inline
function roundToEven(product: i64, floor: i64, half: i64, outputZeroPoint: i32): i32 {
  const rounding = (((floor & 1) + (JUST_UNDER_HALF + ((<i64>outputZeroPoint) << FRACTION))) ^ half)
  return <i32>((product + rounding) >> FRACTION)
}

// @ts-ignore: decorator
@inline
function clampInteger(value: i32, low: i32, high: i32): i32 {
  return min<i32>(max<i32>(value, low), high)
}
