// SPDX-License-Identifier: MIT-0
// max_pool of float32: one fold of comparisons per window, in the order of the reference, which decides what becomes of NaN,
//   of -Infinity and of the sign of a zero (compiler/operators/max-pool/float-order.ts has the rule).
//   input [BATCHES][INPUT_HEIGHT][INPUT_WIDTH][CHANNELS], output [BATCHES][OUTPUT_HEIGHT][OUTPUT_WIDTH][CHANNELS]
// Every window has a cell inside.
import { storeFloat } from "../primitives"
import { endTap, firstTap } from "../window"
import {
  INPUT, OUTPUT, ORDER, BATCHES, CHANNELS, INPUT_HEIGHT, INPUT_WIDTH, OUTPUT_HEIGHT, OUTPUT_WIDTH,
  KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X, PAD_TOP, PAD_LEFT, DILATION_Y, DILATION_X,
} from "./constants"

// ORDER
const FIRST: i32 = 0
const LOWEST: i32 = 1
const COLUMNS: i32 = 2
const WHOLE: i32 = 3

const PIXEL: usize = CHANNELS * sizeof<f32>()
const ROW: usize = <usize>INPUT_WIDTH * PIXEL
const IMAGE: usize = <usize>INPUT_HEIGHT * ROW

/** What stands for a cell outside the image. */
const OUTSIDE: f32 = -f32.MAX_VALUE

export function run(): void {
  let output: usize = OUTPUT
  for (let image: usize = INPUT; image != INPUT + BATCHES * IMAGE; image += IMAGE) {
    for (let outY: i32 = 0; outY < OUTPUT_HEIGHT; outY++) {
      for (let outX: i32 = 0; outX < OUTPUT_WIDTH; outX++) {
        for (let channel = image; channel != image + PIXEL; channel += sizeof<f32>()) {
          storeFloat(output, greatest(channel, outY * STRIDE_Y - PAD_TOP, outX * STRIDE_X - PAD_LEFT))
          output += sizeof<f32>()
        }
      }
    }
  }
}

function greatest(channel: usize, startY: i32, startX: i32): f32 {
  if (ORDER == WHOLE) return ofImage(channel)
  const firstY = firstTap(startY, DILATION_Y)
  const endY = endTap(startY, DILATION_Y, KERNEL_HEIGHT, INPUT_HEIGHT)
  const top = channel + <usize>(startY + firstY * DILATION_Y) * ROW
  const bottom = top + <usize>((endY - firstY) * DILATION_Y) * ROW
  return ORDER == COLUMNS ? ofColumns(top, bottom, startX) : ofCells(top, bottom, startX)
}

/** NaN never enters, and never leaves; of two zeros the first stays. */
// @ts-ignore: decorator
@inline
function keep(kept: f32, x: f32): f32 {
  return x > kept ? x : kept
}

/** Row after row, from the first cell or from the lowest number. */
function ofCells(top: usize, bottom: usize, startX: i32): f32 {
  const firstX = firstTap(startX, DILATION_X)
  const columns = endTap(startX, DILATION_X, KERNEL_WIDTH, INPUT_WIDTH) - firstX
  const left = <usize>(startX + firstX * DILATION_X) * PIXEL
  let result = ORDER == FIRST ? load<f32>(top + left) : OUTSIDE
  for (let row = top + left; row != bottom + left; row += <usize>DILATION_Y * ROW) {
    const end = row + <usize>(columns * DILATION_X) * PIXEL
    for (let cell = row; cell != end; cell += <usize>DILATION_X * PIXEL) result = keep(result, load<f32>(cell))
  }
  return result
}

/** The maximum of each column, then the maximum of those, from the left. */
function ofColumns(top: usize, bottom: usize, startX: i32): f32 {
  let result = ofColumn(top, bottom, startX)
  for (let x = startX + 1; x < startX + KERNEL_WIDTH; x++) result = max<f32>(result, ofColumn(top, bottom, x))
  return result
}

function ofColumn(top: usize, bottom: usize, x: i32): f32 {
  if (<u32>x >= <u32>INPUT_WIDTH) return OUTSIDE
  const left = <usize>x * PIXEL
  let result = load<f32>(top + left)
  for (let cell = top + left + ROW; cell < bottom + left; cell += ROW) {
    const value = load<f32>(cell)
    result = x < (INPUT_WIDTH & ~3) ? max<f32>(result, value) : keep(result, value)
  }
  return result
}

/** Of the whole image: max of the groups of four cells, then comparisons with those left over. */
function ofImage(channel: usize): f32 {
  let result = OUTSIDE
  const fours = channel + (IMAGE / PIXEL / 4) * (4 * PIXEL)
  let cell = channel
  for (; cell != fours; cell += PIXEL) result = max<f32>(result, load<f32>(cell))
  for (; cell != channel + IMAGE; cell += PIXEL) result = keep(result, load<f32>(cell))
  return result
}
