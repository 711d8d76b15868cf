// SPDX-License-Identifier: MIT-0
// Kernels that the host provides to an accelerated capsule, version 1 (docs/kernels.md): one call does one layer.
//   parameters: offset of the layer's parameter block in the weight segment      input, output, scratch: addresses

@external("caplet_kernels_1", "convolution")
export declare function convolution(parameters: usize, input: usize, output: usize, scratch: usize): void

@external("caplet_kernels_1", "depthwise")
export declare function depthwise(parameters: usize, input: usize, output: usize, scratch: usize): void

@external("caplet_kernels_1", "fully_connected")
export declare function fullyConnected(parameters: usize, input: usize, output: usize, scratch: usize): void

@external("caplet_kernels_1", "pool")
export declare function pool(parameters: usize, input: usize, output: usize, unused: usize): void

/** The fourth argument is the second input. */
@external("caplet_kernels_1", "binary")
export declare function binary(parameters: usize, input: usize, output: usize, second: usize): void

@external("caplet_kernels_1", "table")
export declare function table(parameters: usize, input: usize, output: usize, unused: usize): void

@external("caplet_kernels_1", "copy")
export declare function copy(parameters: usize, input: usize, output: usize, unused: usize): void

@external("caplet_kernels_1", "softmax")
export declare function softmax(parameters: usize, input: usize, output: usize, unused: usize): void

/** The fourth argument is the second matrix. */
@external("caplet_kernels_1", "matrix_product")
export declare function matrixProduct(parameters: usize, input: usize, output: usize, second: usize): void
