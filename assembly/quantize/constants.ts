// SPDX-License-Identifier: MIT-0
// Sample: 12 values to int8, one scale. The build generates one such file per step.
export { quantize } from "../quantize"
export const INPUT: usize = 64
export const OUTPUT: usize = 128
export const RECORDS: usize = 0
export const SCRATCH: usize = 256
export const OUTER: usize = 1
export const CHANNELS: usize = 1
export const INNER: usize = 12
export type QUANTUM = i8
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
