// SPDX-License-Identifier: MIT-0
// Sample: 3x3 convolution of [1, 6, 5, 4] int16 to 6 channels, padded by 1. The build generates one such file per step.
export { requantizeWide as requantize, WIDE_RECORD_BYTES as RECORD_BYTES } from "../requantize"
export type ELEMENT = i16
export type RESULT = i16
export type ACCUMULATOR = i64
export type PARTIAL = i32
export const INPUT: usize = 64
export const OUTPUT: usize = 320
export const WEIGHTS: usize = 0
export const TILE: usize = 1024
export const LANES: usize = 4
export const BATCHES: usize = 1
export const CHANNELS: usize = 4
export const GROUPS: usize = 1
export const GROUP_CHANNELS: usize = 4
export const OUTPUTS: usize = 6
export const INPUT_HEIGHT: i32 = 6
export const INPUT_WIDTH: i32 = 5
export const OUTPUT_HEIGHT: i32 = 6
export const OUTPUT_WIDTH: i32 = 5
export const KERNEL_HEIGHT: i32 = 3
export const KERNEL_WIDTH: i32 = 3
export const UP_Y: i32 = 1
export const UP_X: i32 = 1
export const PAD_Y: i32 = 1
export const PAD_X: i32 = 1
export const STEP_Y: i32 = 1
export const STEP_X: i32 = 1
export const DOWN_Y: i32 = 1
export const DOWN_X: i32 = 1
export const INPUT_ZERO_POINT: i32 = 0
export const OUTPUT_ZERO_POINT: i32 = 0
export const OUTPUT_MIN: i32 = -32768
export const OUTPUT_MAX: i32 = 32767
