// SPDX-License-Identifier: MIT-0
// Sample: [1, 2, 3, 4] to [1, 4, 6, 4]. The build generates one such file per step.
export const INPUT: usize = 64
export const OUTPUT: usize = 96
export const ENTRIES: usize = 0
export const SCRATCH: usize = 256
export const BATCHES: usize = 1
export const IMAGE: usize = 24
export const CHANNELS: usize = 4
export const ROWS: usize = 4
export const COLUMNS: usize = 6
