// SPDX-License-Identifier: MIT-0
// Sample: the 3 greatest of 10 int8. The build generates one such file per step.
export type ELEMENT = i8
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const OUTER: usize = 1
export const LENGTH: usize = 10
export const INNER: usize = 1
export const CHOSEN: usize = 3
export const IS_LARGEST: bool = true
export const YIELDS_INDICES: bool = false
