// SPDX-License-Identifier: MIT-0
// Sample: one row of 10 int16 logits. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const POINTS: usize = 0
export const SCRATCH: usize = 256
export const OUTER: usize = 1
export const LENGTH: usize = 10
export const INNER: usize = 1
export const MULTIPLIER: i32 = 1717960704
export const SHIFT_LEFT: i32 = 3
export const SHIFT_RIGHT: i32 = 0
