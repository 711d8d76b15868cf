// SPDX-License-Identifier: MIT-0
// Sample: 12 int16 elements. The build generates one such file per step.
export type ELEMENT = i16
export type RESULT = i16
export const INPUT: usize = 64
export const OUTPUT: usize = 96
export const COUNT: usize = 12
export const INPUT_ZERO_POINT: i32 = 0
export const POSITIVE: i32 = 1431655765
export const POSITIVE_LEFT: i32 = 0
export const POSITIVE_RIGHT: i32 = 1
export const NEGATIVE: i32 = 1431655765
export const NEGATIVE_LEFT: i32 = 0
export const NEGATIVE_RIGHT: i32 = 3
export const IS_NEGATED: bool = false
export const OUTPUT_ZERO_POINT: i32 = 0
export const OUTPUT_MIN: i32 = -32768
export const OUTPUT_MAX: i32 = 32767
