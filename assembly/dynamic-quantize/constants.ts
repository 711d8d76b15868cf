// SPDX-License-Identifier: MIT-0
// Sample: ten float32 values. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const SCALE: usize = 144
export const ZERO_POINT: usize = 148
export const COUNT: usize = 10
