// SPDX-License-Identifier: MIT-0
// Sample: 4 rows of 16 int8. The build generates one such file per step.
export type INPUT_ELEMENT = i8
export const INPUT: usize = 64
export const OUTPUT: usize = 256
export const INPUT_KIND: i32 = 1
export const INPUT_ZERO_POINT: i32 = 3
export const INPUT_SCALE: f32 = 0.5
export const SEGMENT: usize = 0
export const SEGMENT_BYTES: usize = 128
export const SCRATCH: usize = 1024
export const GAIN: usize = 1024
export const BIAS: usize = 1088
export const HAS_BIAS: bool = true
export const IS_RUNNING: bool = true
export const ROWS: usize = 4
export const LENGTH: usize = 16
export const GAINS: usize = 16
export const EPSILON: f32 = 0.00001
export const OUTPUT_IS_FLOAT: bool = false
export const OUTPUT_BYTES: usize = 1
export const OUTPUT_SCALE: f32 = 0.5
export const OUTPUT_ZERO_POINT: i32 = 3
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
