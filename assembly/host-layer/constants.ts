// SPDX-License-Identifier: MIT-0
// Sample: a convolution by the host. The build generates one such file per step.
export { convolution as callHost } from "../host-kernels"
export const PARAMETERS: usize = 0
export const INPUT: usize = 64
export const OUTPUT: usize = 256
export const SCRATCH: usize = 1024
