// SPDX-License-Identifier: MIT-0
// Sample: a [2, 3] matrix of bytes transposed. The build generates one such file per step.
export type ELEMENT = i8
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const RUN_BYTES: usize = 0
export const COUNT_0: usize = 1
export const COUNT_1: usize = 1
export const COUNT_2: usize = 1
export const COUNT_3: usize = 1
export const COUNT_4: usize = 3
export const COUNT_5: usize = 2
export const INPUT_STEP_0: i32 = 0
export const INPUT_STEP_1: i32 = 0
export const INPUT_STEP_2: i32 = 0
export const INPUT_STEP_3: i32 = 0
export const INPUT_STEP_4: i32 = 1
export const INPUT_STEP_5: i32 = 3
export const OUTPUT_STEP_0: i32 = 1
export const OUTPUT_STEP_1: i32 = 1
export const OUTPUT_STEP_2: i32 = 1
export const OUTPUT_STEP_3: i32 = 1
export const OUTPUT_STEP_4: i32 = 2
export const OUTPUT_STEP_5: i32 = 1
