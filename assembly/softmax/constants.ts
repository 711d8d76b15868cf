// SPDX-License-Identifier: MIT-0
// Sample: one row of 10 int8 logits. The build generates one such file per step.
export type ELEMENT = i8
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const TABLE: usize = 0
export const SCRATCH: usize = 256
export const OUTER: usize = 1
export const LENGTH: usize = 10
export const INNER: usize = 1
export const LEVELS: f32 = 256
export const MAY_OVERFLOW: bool = false
export const OVERFLOW_FROM: f32 = 2147483648
export const OVERFLOW_QUANTUM: i32 = 127
export const OUTPUT_ZERO_POINT: i32 = -128
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
