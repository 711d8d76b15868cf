// SPDX-License-Identifier: MIT-0
// Sample: one row of 10 float32 logits. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const VALUES: usize = 0
export const SCRATCH: usize = 1024
export const SEGMENT_BYTES: usize = 0
export const LOG_TABLE: usize = 1024
export const IS_LOG: bool = false
export const ROW: usize = 2048
export const INPUT_IS_FLOAT: bool = true
export const OUTPUT_IS_FLOAT: bool = true
export const OUTER: usize = 1
export const LENGTH: usize = 10
export const INNER: usize = 1
export const OUTPUT_SCALE: f32 = 1
export const OUTPUT_ZERO_POINT: i32 = 0
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
