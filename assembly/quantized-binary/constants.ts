// SPDX-License-Identifier: MIT-0
// Sample: 12 int8 elements and 12 others. The build generates one such file per step.
export { roundPairPlain as roundPair } from "../elementwise"
export type ELEMENT = i8
export const A: usize = 64
export const B: usize = 80
export const OUTPUT: usize = 96
export const IS_ADDITION: bool = true
export const IS_FLOAT: bool = true
export const A_ZERO_POINT: i32 = 1
export const A_SCALE: f32 = 0.5
export const B_ZERO_POINT: i32 = 2
export const B_SCALE: f32 = 0.25
export const MULTIPLIER_A: i64 = 0
export const MULTIPLIER_B: i64 = 0
export const ADDEND: i64 = 0
export const SHIFT: i64 = 1
export const WINDOW: i64 = 0
export const OUTPUT_SCALE: f32 = 0.75
export const OUTPUT_ZERO_POINT: i32 = 3
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
export const COUNT_0: usize = 1
export const COUNT_1: usize = 1
export const COUNT_2: usize = 1
export const COUNT_3: usize = 1
export const COUNT_4: usize = 12
export const A_STEP_0: i32 = 0
export const A_STEP_1: i32 = 0
export const A_STEP_2: i32 = 0
export const A_STEP_3: i32 = 0
export const A_STEP_4: i32 = 1
export const B_STEP_0: i32 = 0
export const B_STEP_1: i32 = 0
export const B_STEP_2: i32 = 0
export const B_STEP_3: i32 = 0
export const B_STEP_4: i32 = 1
