// SPDX-License-Identifier: MIT-0
// Sample: 12 int32 along their only axis. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export type ELEMENT = i32
export const OUTER: usize = 1
export const LENGTH: usize = 12
export const INNER: usize = 1
export const EXCLUSIVE: bool = false
export const REVERSE: bool = false
