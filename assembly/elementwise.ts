// SPDX-License-Identifier: MIT-0
// The ends of the two-input elementwise kernels: from the combined inputs to the output, as the compiler proved over all
// 65,536 pairs (compiler/arithmetic/elementwise.ts). Node constants all around: ADDEND holds the zero points, so
//     add:       sum     = <i64>load<i8>(a) * MULTIPLIER_A + <i64>load<i8>(b) * MULTIPLIER_B
//     multiply:  product = <i64>((load<i8>(a) - ZERO_POINT_A) * (load<i8>(b) - ZERO_POINT_B)) * MULTIPLIER_A    (in i32, then i64)
// and the output is  roundPair(sum, ADDEND, SHIFT, WINDOW, OUTPUT_MIN, OUTPUT_MAX)  with roundPair one of the two forms.
// Executed operations, the sum itself not counted: plain 17, window 28 (26 with WINDOW = 0).

/**
 * Half up: one half is part of the addend. `window` is not used; it is there so that both forms are called alike.
 * Pre: |sum + addend| < 2^63, 1 <= shift <= 62.
 */
// @ts-ignore: decorator
@inline
export function roundPairPlain(sum: i64, addend: i64, shift: i64, window: i64, low: i32, high: i32): i32 {
  return min<i32>(max<i32>(<i32>((sum + addend) >> shift), low), high)
}

/**
 * To nearest; sums within the window of a tie go to the even output.
 * Pre: as roundPairPlain; 0 <= window < 2^(shift - 1).
 */
// @ts-ignore: decorator
@inline
export function roundPairWindow(sum: i64, addend: i64, shift: i64, window: i64, low: i32, high: i32): i32 {
  const fixed = sum + addend
  const justUnderHalf = ((<i64>1) << (shift - 1)) - 1
  // The parity of the floor carries just under one half to one half; the window then moves the threshold away from the even side.
  const rounding = (((fixed >> shift) & 1) + justUnderHalf) ^ window
  return min<i32>(max<i32>(<i32>((fixed + rounding) >> shift), low), high)
}

/**
 * The contract's own float32 operations: `combined` is f32(DQ(a) op DQ(b)). The zero point comes before rounding;
 * adding 1.5 * 2^23 rounds half to even.
 * Pre: low <= zeroPoint <= high, combined is finite.
 */
// @ts-ignore: decorator
@inline
export function roundPairFloat(combined: f32, scale: f32, zeroPoint: i32, low: i32, high: i32): i32 {
  const lowest = low - zeroPoint
  const highest = high - zeroPoint
  const bounded = min<f32>(max<f32>(combined / scale, <f32>lowest), <f32>highest)
  return reinterpret<i32>(bounded + <f32>zeroPoint + <f32>12582912.0) - 0x4b400000
}
