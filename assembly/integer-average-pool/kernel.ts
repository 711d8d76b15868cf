// SPDX-License-Identifier: MIT-0
// average_pool in integers: output[n][outY][outX][c] = requantize(bias[k] + sum of the quanta of the window's k cells inside the image).
//   input [BATCHES][INPUT_HEIGHT][INPUT_WIDTH][CHANNELS] of ELEMENT, output [BATCHES][OUTPUT_HEIGHT][OUTPUT_WIDTH][CHANNELS] likewise
// IS_QUOTIENT: the sum over k itself, halves away from zero (no records).
// One record per k from 1 to the largest; its bias is -k * input zero point. Every window has a cell inside.
// Range: |accumulator| <= k * 255 < 2^31 (i16: k * 32769).
import { copyWeights } from "../weights"
import { roundedQuotient } from "../requantize"
import { endTap, firstTap } from "../window"
import {
  INPUT, OUTPUT, ELEMENT, RECORDS, RECORDS_BYTES, SCRATCH, RECORD_BYTES, requantize,
  BATCHES, CHANNELS, INPUT_HEIGHT, INPUT_WIDTH, OUTPUT_HEIGHT, OUTPUT_WIDTH,
  KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X, PAD_TOP, PAD_LEFT, DILATION_Y, DILATION_X,
  IS_QUOTIENT, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

const PIXEL: usize = CHANNELS * sizeof<ELEMENT>()
const ROW: usize = <usize>INPUT_WIDTH * PIXEL
const IMAGE: usize = <usize>INPUT_HEIGHT * ROW
const STEP_X: usize = <usize>DILATION_X * PIXEL
const STEP_Y: usize = <usize>DILATION_Y * ROW

export function run(): void {
  if (!IS_QUOTIENT) copyWeights(SCRATCH, RECORDS, RECORDS_BYTES)
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
        const record = SCRATCH + <usize>(rows * columns - 1) * RECORD_BYTES
        poolPixel(corner, <usize>rows, <usize>columns, record, output)
        output += PIXEL
      }
    }
  }
}

function poolPixel(corner: usize, rows: usize, columns: usize, record: usize, output: usize): void {
  const end = output + PIXEL
  do {
    let accumulator = IS_QUOTIENT ? 0 : load<i32>(record)
    let line = corner
    const linesEnd = corner + rows * STEP_Y
    do {
      let cell = line
      const lineEnd = line + columns * STEP_X
      do {
        accumulator += <i32>load<ELEMENT>(cell)
        cell += STEP_X
      } while (cell != lineEnd)
      line += STEP_Y
    } while (line != linesEnd)
    store<ELEMENT>(output, <ELEMENT>finish(accumulator, <i32>(rows * columns), record))
    corner += sizeof<ELEMENT>()
    output += sizeof<ELEMENT>()
  } while (output != end)
}

// @ts-ignore: decorator
@inline function finish(accumulator: i32, cells: i32, record: usize): i32 {
  return IS_QUOTIENT
    ? roundedQuotient(accumulator, cells, OUTPUT_MIN, OUTPUT_MAX)
    : requantize(accumulator, record, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX)
}
