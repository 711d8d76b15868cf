// SPDX-License-Identifier: MIT-0
// Sample: 22 int8 inputs, 10 units. The build generates one such file per step.
export { requantizeFull as requantize } from "../requantize"
export type ELEMENT = i8
export const INPUT: usize = 64
export const OUTPUT: usize = 96
export const WEIGHTS: usize = 0
export const SUMS: usize = 128
export const ZEROS: usize = 144
export const TAIL: usize = 160
export const BUFFER: usize = 164
export const DEPTH: usize = 22
export const UNITS: usize = 10
export const CHUNK_DEPTH: usize = 256
export const IS_CORRECTED: bool = false
export const IS_FLOAT: bool = false
export const RECORD_BYTES: usize = 12
export const OUTPUT_ZERO_POINT: i32 = 5
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
