// SPDX-License-Identifier: MIT-0
// Sample: int8 [1, 2, 4, 4] to [1, 2, 8, 8]. The build generates one such file per step.
export type INPUT_ELEMENT = i8
export const INPUT: usize = 64
export const OUTPUT: usize = 256
export const INPUT_KIND: i32 = 1
export const INPUT_ZERO_POINT: i32 = 3
export const INPUT_SCALE: f32 = 0.5
export const SEGMENT: usize = 0
export const SEGMENT_BYTES: usize = 256
export const SCRATCH: usize = 1024
export const HAS_Z: bool = false
export const Z_ENTRIES: usize = 1024
export const Z_BYTES: usize = 16
export const Y_ENTRIES: usize = 1024
export const Y_BYTES: usize = 128
export const X_ENTRIES: usize = 1152
export const X_BYTES: usize = 128
export const OUTER: usize = 2
export const IMAGE_BYTES: usize = 16
export const TRUNCATES: bool = false
export const OUTPUT_IS_FLOAT: bool = false
export const OUTPUT_BYTES: usize = 1
export const OUTPUT_SCALE: f32 = 0.5
export const OUTPUT_ZERO_POINT: i32 = 3
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
