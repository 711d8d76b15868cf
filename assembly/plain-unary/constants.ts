// SPDX-License-Identifier: MIT-0
// Sample: 12 negations of int16. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const OPERATION: i32 = 0
export type FROM = i16
export type TO = i16
export const TO_BOOL: bool = false
export const COUNT: usize = 12
