// SPDX-License-Identifier: MIT-0
// max_pool: output[n][outY][outX][c] = the greatest input[n][y][x][c] of the window's cells inside the image.
//   input [BATCHES][INPUT_HEIGHT][INPUT_WIDTH][CHANNELS], output [BATCHES][OUTPUT_HEIGHT][OUTPUT_WIDTH][CHANNELS] of ELEMENT
// Every window has a cell inside. Bytes go eight channels at a time in one i64; the last group overlaps the one before it.
import { endTap, firstTap } from "../window"
import {
  INPUT, OUTPUT, ELEMENT, IS_SIGNED_BYTE, BY_EIGHT, BATCHES, CHANNELS, INPUT_HEIGHT, INPUT_WIDTH, OUTPUT_HEIGHT, OUTPUT_WIDTH,
  KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X, PAD_TOP, PAD_LEFT, DILATION_Y, DILATION_X,
} from "./constants"

const PIXEL: usize = CHANNELS * sizeof<ELEMENT>()
const ROW: usize = <usize>INPUT_WIDTH * PIXEL
const IMAGE: usize = <usize>INPUT_HEIGHT * ROW

const TOP_BITS: i64 = <i64>0x8080808080808080

export function run(): void {
  let output: usize = OUTPUT
  for (let image: usize = INPUT; image != INPUT + BATCHES * IMAGE; image += IMAGE) {
    for (let outY: i32 = 0; outY < OUTPUT_HEIGHT; outY++) {
      const startY = outY * STRIDE_Y - PAD_TOP
      const firstY = firstTap(startY, DILATION_Y)
      const rows = endTap(startY, DILATION_Y, KERNEL_HEIGHT, INPUT_HEIGHT) - firstY
      const line = image + <usize>(startY + firstY * DILATION_Y) * ROW
      for (let outX: i32 = 0; outX < OUTPUT_WIDTH; outX++) {
        const startX = outX * STRIDE_X - PAD_LEFT
        const firstX = firstTap(startX, DILATION_X)
        const columns = endTap(startX, DILATION_X, KERNEL_WIDTH, INPUT_WIDTH) - firstX
        const corner = line + <usize>(startX + firstX * DILATION_X) * PIXEL
        if (BY_EIGHT) poolPixelByEight(corner, <usize>rows, <usize>columns, output)
        else poolPixel(corner, <usize>rows, <usize>columns, output)
        output += PIXEL
      }
    }
  }
}

function poolPixel(corner: usize, rows: usize, columns: usize, output: usize): void {
  const end = output + PIXEL
  do {
    let greatest = load<ELEMENT>(corner)
    let line = corner
    const linesEnd = corner + rows * (<usize>DILATION_Y * ROW)
    do {
      let cell = line
      const lineEnd = line + columns * (<usize>DILATION_X * PIXEL)
      do {
        greatest = max<ELEMENT>(greatest, load<ELEMENT>(cell))
        cell += <usize>DILATION_X * PIXEL
      } while (cell != lineEnd)
      line += <usize>DILATION_Y * ROW
    } while (line != linesEnd)
    store<ELEMENT>(output, greatest)
    corner += sizeof<ELEMENT>()
    output += sizeof<ELEMENT>()
  } while (output != end)
}

function poolPixelByEight(corner: usize, rows: usize, columns: usize, output: usize): void {
  for (let channel: usize = 0; channel < CHANNELS; channel += 8) {
    const at = min<usize>(channel, CHANNELS - 8)
    let greatest = load<i64>(corner + at)
    let line = corner + at
    const linesEnd = line + rows * (<usize>DILATION_Y * ROW)
    do {
      let cell = line
      const lineEnd = line + columns * (<usize>DILATION_X * PIXEL)
      do {
        greatest = greaterBytes(greatest, load<i64>(cell))
        cell += <usize>DILATION_X * PIXEL
      } while (cell != lineEnd)
      line += <usize>DILATION_Y * ROW
    } while (line != linesEnd)
    store<i64>(output + at, greatest)
  }
}

/**
 * The greater of each pair of bytes. Per byte: d's top bit = (low 7 bits of a >= those of b), since 0x80 + a7 - b7 borrows from
 * no neighbour; where the top bits of a and b differ they decide alone. The top bit of `takeA` then spreads over its byte.
 */
function greaterBytes(a: i64, b: i64): i64 {
  const differ = a ^ b
  const d = (a | TOP_BITS) - (b & ~TOP_BITS)
  const decided = (IS_SIGNED_BYTE ? b : a) & differ
  const takeA = (decided | (~differ & d)) & TOP_BITS
  const mask = (takeA - (takeA >>> 7)) | takeA
  return b ^ (differ & mask)
}
