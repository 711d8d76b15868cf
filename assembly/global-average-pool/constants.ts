// SPDX-License-Identifier: MIT-0
// Sample: int8 [1, 16, 8]. The build generates one such file per step.
export type ELEMENT = i8
export { requantizePlain as requantize, PLAIN_RECORD_BYTES as RECORD_BYTES } from "../requantize"
export const INPUT: usize = 64
export const OUTPUT: usize = 256
export const BATCHES: usize = 1
export const PIXELS: usize = 16
export const CHANNELS: usize = 8
export const RECORD: usize = 0
export const SCRATCH: usize = 512
export const OUTPUT_ZERO_POINT: i32 = 3
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
