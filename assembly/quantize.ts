// SPDX-License-Identifier: MIT-0
// Between reals and quanta in float32, the contract's own operations. Every float32 operation here rounds once; adding
// 1.5 * 2^23 to a value of at most 2^22 rounds it half to even, and leaves the integer in the low bits.

const MAGIC_BITS: i32 = 0x4b400000

/** DQ(q) = f32((q - zeroPoint) * scale). */
// @ts-ignore: decorator
@inline
export function dequantize(quantum: i32, zeroPoint: i32, scale: f32): f32 {
  return <f32>(quantum - zeroPoint) * scale
}

/** clamp(rne(value), low, high). Pre: |low|, |high| <= 2^22. NaN gives some integer. */
// @ts-ignore: decorator
@inline
export function roundWithin(value: f32, low: i32, high: i32): i32 {
  return reinterpret<i32>(min<f32>(max<f32>(value, <f32>low), <f32>high) + <f32>12582912.0) - MAGIC_BITS
}

/** Q(v) = clamp(rne(f32(v / scale)) + zeroPoint); infinities saturate, NaN gives 0. */
// @ts-ignore: decorator
@inline
export function quantize(value: f32, scale: f32, zeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const quotient = value / scale
  const rounded = roundWithin(quotient, outputMin - zeroPoint, outputMax - zeroPoint) + zeroPoint
  return select<i32>(rounded, 0, quotient == quotient)
}

/** As `quantize`, but halves go away from zero and NaN to the zero point. Pre: the range lies within 2^20 of 0. */
// @ts-ignore: decorator
@inline
export function quantizeHalfAway(value: f32, scale: f32, zeroPoint: i32, outputMin: i32, outputMax: i32): i32 {
  const quotient = min<f32>(max<f32>(value / scale, -1048576.0), 1048576.0)
  // Both differences are exact.
  const whole = trunc<f32>(quotient)
  const rounded = <i32>whole + select<i32>(select<i32>(1, -1, quotient > 0), 0, abs<f32>(quotient - whole) >= 0.5)
  return min<i32>(max<i32>(rounded + zeroPoint, outputMin), outputMax)
}
