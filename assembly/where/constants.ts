// SPDX-License-Identifier: MIT-0
// Sample: 12 elements of int16. The build generates one such file per step.
export const CONDITION: usize = 32
export const A: usize = 64
export const B: usize = 128
export const OUTPUT: usize = 192
export type ELEMENT = u16
export const COUNT_0: usize = 1
export const COUNT_1: usize = 1
export const COUNT_2: usize = 1
export const COUNT_3: usize = 1
export const COUNT_4: usize = 12
export const CONDITION_STEP_0: i32 = 0
export const CONDITION_STEP_1: i32 = 0
export const CONDITION_STEP_2: i32 = 0
export const CONDITION_STEP_3: i32 = 0
export const CONDITION_STEP_4: i32 = 1
export const A_STEP_0: i32 = 0
export const A_STEP_1: i32 = 0
export const A_STEP_2: i32 = 0
export const A_STEP_3: i32 = 0
export const A_STEP_4: i32 = 2
export const B_STEP_0: i32 = 0
export const B_STEP_1: i32 = 0
export const B_STEP_2: i32 = 0
export const B_STEP_3: i32 = 0
export const B_STEP_4: i32 = 2
