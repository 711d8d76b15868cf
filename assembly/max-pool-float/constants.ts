// SPDX-License-Identifier: MIT-0
// Sample: 2x2 windows over [1, 4, 4, 8]. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 1024
export const ORDER: i32 = 2
export const BATCHES: usize = 1
export const CHANNELS: usize = 8
export const INPUT_HEIGHT: i32 = 4
export const INPUT_WIDTH: i32 = 4
export const OUTPUT_HEIGHT: i32 = 2
export const OUTPUT_WIDTH: i32 = 2
export const KERNEL_HEIGHT: i32 = 2
export const KERNEL_WIDTH: i32 = 2
export const STRIDE_Y: i32 = 2
export const STRIDE_X: i32 = 2
export const PAD_TOP: i32 = 0
export const PAD_LEFT: i32 = 0
export const DILATION_Y: i32 = 1
export const DILATION_X: i32 = 1
