// SPDX-License-Identifier: MIT-0
// Sample: the upper triangle of a 3 x 4 matrix. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export type ELEMENT = i32
export const MATRICES: usize = 1
export const ROWS: i32 = 3
export const COLUMNS: i32 = 4
export const UPPER: bool = true
export const DIAGONAL: i32 = 0
