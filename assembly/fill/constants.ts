// SPDX-License-Identifier: MIT-0
// Sample: 12 float32 elements of value 1. The build generates one such file per step.
export type ELEMENT = i32
export const OUTPUT: usize = 64
export const COUNT: usize = 12
export const VALUE: i64 = 0x3f800000
export const IS_BYTE: bool = false
