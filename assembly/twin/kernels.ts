// SPDX-License-Identifier: MIT-0
// The twin of the host kernels (docs/kernels.md): runs accelerated capsules where there is no device, and says what
// targets/kernels/ must compute. A kernel returns 1, or 0 where it refuses its block; then it has written nothing.
import { readConvolution, readDepthwise, readPool, readRow } from "./block"
import { pool as poolLayer } from "./pool"
import { convolve, convolveDepthwise } from "./sums"
export { binary } from "./binary"
export { copy } from "./copy"
export { bind } from "./host"
export { matrix_product } from "./matrix-product"
export { softmax } from "./softmax"
export { table } from "./table"

export function convolution(parameters: u32, input: u32, output: u32, scratch: u32): i32 {
  const layer = readConvolution(parameters, input, output, scratch)
  if (layer === null) return 0
  convolve(layer, input, output)
  return 1
}

export function depthwise(parameters: u32, input: u32, output: u32, scratch: u32): i32 {
  const layer = readDepthwise(parameters, input, output, scratch)
  if (layer === null) return 0
  convolveDepthwise(layer, input, output)
  return 1
}

export function fully_connected(parameters: u32, input: u32, output: u32, _scratch: u32): i32 {
  const layer = readRow(parameters, input, output)
  if (layer === null) return 0
  convolve(layer, input, output)
  return 1
}

export function pool(parameters: u32, input: u32, output: u32, _unused: u32): i32 {
  const layer = readPool(parameters, input, output)
  if (layer === null) return 0
  poolLayer(layer, input, output)
  return 1
}
