// SPDX-License-Identifier: MIT-0
// Sample: the logistic function of 12 int16 elements. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 96
export const TABLE: usize = 0
export const SCRATCH: usize = 128
export const COUNT: usize = 12
export const IS_TANH: bool = false
export const MULTIPLIER: i32 = 12288
export const SHIFT: i32 = 12
