// SPDX-License-Identifier: MIT-0
// Sample: 10 int8 classes. The build generates one such file per step.
export type ELEMENT = i8
export type INDEX = i64
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const OUTER: usize = 1
export const LENGTH: usize = 10
export const INNER: usize = 1
export const SELECT_LAST: bool = false
