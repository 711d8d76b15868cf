// SPDX-License-Identifier: MIT-0
// Sample: 3 steps of 4 int8 features, 2 units, states in place. The build generates one such file per step.
export type ELEMENT = i8
export type ACCUMULATOR = i32
export const INPUT: usize = 64
export const OUTPUT: usize = 80
export const HIDDEN_BEFORE: usize = 88
export const HIDDEN_AFTER: usize = 88
export const CELL_BEFORE: usize = 96
export const CELL_AFTER: usize = 96
export const SEGMENT: usize = 0
export const CURVE: usize = 128
export const TILE: usize = 640
export const NEXT: usize = 768
export const STEPS: usize = 3
export const BATCH: usize = 1
export const DEPTH: usize = 4
export const HIDDEN: usize = 2
export const STEP_ROWS: usize = 1
export const BATCH_ROWS: usize = 3
export const KEEP: i32 = 1073741824
export const KEEP_LEFT: i32 = 0
export const KEEP_RIGHT: i32 = 14
export const ADD: i32 = 1073741824
export const ADD_LEFT: i32 = 0
export const ADD_RIGHT: i32 = 17
export const SHOW: i32 = 1073741824
export const SHOW_LEFT: i32 = 0
export const SHOW_RIGHT: i32 = 22
export const CELL_MULTIPLIER: i32 = 3
export const CELL_SHIFT: i32 = 0
export const CELL_MIN: i32 = -32768
export const CELL_MAX: i32 = 32767
export const STATE_ZERO_POINT: i32 = 0
export { requantizeDouble as requantize, DOUBLE_RECORD_BYTES as RECORD_BYTES } from "../requantize"
