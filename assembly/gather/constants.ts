// SPDX-License-Identifier: MIT-0
// Sample: 3 of 5 rows of 8 bytes. The build generates one such file per step.
export type ELEMENT = i64
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const OFFSETS: usize = 0
export const SCRATCH: usize = 1024
export const OUTER: usize = 1
export const IMAGE_BYTES: usize = 40
export const COUNT: usize = 3
export const TILE: usize = 3
export const RUN_BYTES: usize = 8
export const IS_RUN: bool = false
