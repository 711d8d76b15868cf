// SPDX-License-Identifier: MIT-0
// uint8 quanta of float32 values with the scale and zero point that their own range gives:
//   low = min(0, least), high = max(0, greatest), s = f32(f32(high - low) / 255) or 1 where low = high,
//   z = clamp(rne(f32(0 - f32(low / s))), 0, 255) or 255 where that is no number, y = Q(x).
// NaN among the first count - count mod 4 elements makes s NaN; the remaining elements do not touch the range where they are NaN.
import { quantize, roundWithin } from "./quantize"

// @ts-ignore: decorator
@inline
export function dynamicScale(values: usize, count: usize): f32 {
  const low = leastOf(values, count)
  const high = greatestOf(values, count)
  return select<f32>(<f32>1, (high - low) / <f32>255, low == high)
}

// @ts-ignore: decorator
@inline
export function dynamicZeroPoint(values: usize, count: usize, scale: f32): i32 {
  const shifted = <f32>0 - leastOf(values, count) / scale
  return select<i32>(roundWithin(shifted, 0, 255), 255, shifted == shifted)
}

/** Writes the quanta; in place is possible: a byte is written after the float above it was read. */
// @ts-ignore: decorator
@inline
export function quantizeAll(values: usize, count: usize, scale: f32, zeroPoint: i32, quanta: usize): void {
  for (let i: usize = 0; i < count; i++) {
    store<u8>(quanta + i, <u8>quantize(load<f32>(values + (i << 2)), scale, zeroPoint, 0, 255))
  }
}

/** min(0, values). */
function leastOf(values: usize, count: usize): f32 {
  let least = f32.MAX_VALUE
  let at = values
  const whole = values + ((count & ~3) << 2)
  while (at != whole) {
    least = min<f32>(least, load<f32>(at))
    at += 4
  }
  const end = values + (count << 2)
  while (at != end) {
    const value = load<f32>(at)
    least = select<f32>(value, least, value < least)
    at += 4
  }
  return min<f32>(least, <f32>0)
}

/** max(0, values). */
function greatestOf(values: usize, count: usize): f32 {
  let greatest = -f32.MAX_VALUE
  let at = values
  const whole = values + ((count & ~3) << 2)
  while (at != whole) {
    greatest = max<f32>(greatest, load<f32>(at))
    at += 4
  }
  const end = values + (count << 2)
  while (at != end) {
    const value = load<f32>(at)
    greatest = select<f32>(value, greatest, value > greatest)
    at += 4
  }
  return max<f32>(greatest, <f32>0)
}
