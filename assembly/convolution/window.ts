// SPDX-License-Identifier: MIT-0
// Where a pixel's window begins: row and column of its first element (negative in the padding), and that element's address.
import { IN_CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, PAD_X, PAD_Y, PIXELS, STRIDE_X, STRIDE_Y } from "./constants"

const IMAGE_PIXELS: i32 = OUT_HEIGHT * OUT_WIDTH

// @ts-ignore: decorator
@inline export function rowOf(pixel: usize): i32 {
  if (OUT_HEIGHT == 1) return -PAD_Y
  return ((<i32>pixel / OUT_WIDTH) % OUT_HEIGHT) * STRIDE_Y - PAD_Y
}

// @ts-ignore: decorator
@inline export function columnOf(pixel: usize): i32 {
  return (<i32>pixel % OUT_WIDTH) * STRIDE_X - PAD_X
}

/** Of the window's first element; meaningless by itself where that lies in the padding. */
// @ts-ignore: decorator
@inline export function addressOf(input: usize, pixel: usize): usize {
  let address = input + <usize>((rowOf(pixel) * IN_WIDTH + columnOf(pixel)) * IN_CHANNELS)
  if (PIXELS > <usize>IMAGE_PIXELS) address += <usize>(<i32>pixel / IMAGE_PIXELS * (IN_HEIGHT * IN_WIDTH * IN_CHANNELS))
  return address
}
