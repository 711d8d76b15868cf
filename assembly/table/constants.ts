// SPDX-License-Identifier: MIT-0
// Sample: one byte table over 24 elements. The build generates one such file per step.
export type ELEMENT = u8
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const TABLE: usize = 0
export const SCRATCH: usize = 256
export const OUTER: usize = 1
export const CHANNELS: usize = 1
export const INNER: usize = 24
