// SPDX-License-Identifier: MIT-0
// Which taps of a sliding window lie inside the image, on one axis: taps first..end-1, tap t at start + t * dilation.
// Arguments but `start` are constants of the step; asc folds the divisions into multiplications.

/** The smallest t >= 0 with start + t * dilation >= 0. */
// @ts-ignore: decorator
@inline
export function firstTap(start: i32, dilation: i32): i32 {
  return max<i32>(0, (dilation - 1 - start) / dilation)
}

/** The smallest t <= taps with start + t * dilation >= size, else `taps`. Pre: start < size. */
// @ts-ignore: decorator
@inline
export function endTap(start: i32, dilation: i32, taps: i32, size: i32): i32 {
  return min<i32>(taps, (size - start + dilation - 1) / dilation)
}
