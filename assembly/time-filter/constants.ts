// SPDX-License-Identifier: MIT-0
// Sample: 4 filters of 3 runs for 2 units, state in place. The build generates one such file per step.
export type ELEMENT = i8
export const BEFORE: usize = 64
export const NEWEST: usize = 80
export const AFTER: usize = 64
export const OUTPUT: usize = 88
export const WEIGHTS: usize = 0
export const TILE: usize = 96
export const BATCH: usize = 1
export const FILTERS: usize = 4
export const RUNS: usize = 3
export const UNITS: usize = 2
export const UNIT_BYTES: usize = 18
export const STATE_ZERO_POINT: i32 = 5
export const OUTPUT_ZERO_POINT: i32 = -128
export const OUTPUT_MIN: i32 = -128
export const OUTPUT_MAX: i32 = 127
