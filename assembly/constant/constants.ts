// SPDX-License-Identifier: MIT-0
// Sample: 40 bytes. The build generates one such file per step.
export const OUTPUT: usize = 64
export const VALUE: usize = 0
export const BYTES: usize = 40
