// SPDX-License-Identifier: MIT-0
// average_pool: output[n][outY][outX][c] = f32(S / count), then a quantum where OUTPUT_KIND asks for one;
//   S = float32 sum of the values of the window's cells inside the image, added in one of three orders (SUMMATION).
//   input [BATCHES][INPUT_HEIGHT][INPUT_WIDTH][CHANNELS], output [BATCHES][OUTPUT_HEIGHT][OUTPUT_WIDTH][CHANNELS]
// Every window has a cell inside. count = cells inside, or the kernel's size, or the cells inside image and pads (COUNT).
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { roundPairFloat } from "../elementwise"
import { dequantize, quantize } from "../quantize"
import { endTap, firstTap } from "../window"
import {
  INPUT, OUTPUT, INPUT_ELEMENT, INPUT_KIND, INPUT_ZERO_POINT, INPUT_SCALE, VALUES, SCRATCH,
  BATCHES, CHANNELS, INPUT_HEIGHT, INPUT_WIDTH, OUTPUT_HEIGHT, OUTPUT_WIDTH,
  KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X, PAD_TOP, PAD_LEFT, PADDED_BOTTOM, PADDED_RIGHT, DILATION_Y, DILATION_X,
  SUMMATION, COUNT, OUTPUT_KIND, OUTPUT_BYTES, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

// INPUT_KIND
const FLOAT: i32 = 0
const AFFINE: i32 = 1
// SUMMATION
const ROWS: i32 = 0
const COLUMNS: i32 = 1
// COUNT
const INSIDE: i32 = 0
const KERNEL: i32 = 1
// OUTPUT_KIND
const VALUE: i32 = 0
const SHIFTED_QUANTUM: i32 = 1

const PIXEL: usize = CHANNELS * sizeof<INPUT_ELEMENT>()
const ROW: usize = <usize>INPUT_WIDTH * PIXEL
const IMAGE: usize = <usize>INPUT_HEIGHT * ROW
const STEP_X: usize = <usize>DILATION_X * PIXEL
const STEP_Y: usize = <usize>DILATION_Y * ROW

export function run(): void {
  if (INPUT_KIND > AFFINE) copyWeights(SCRATCH, VALUES, 1024)
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
        poolPixel(corner, <usize>rows, <usize>columns, countOf(startY, startX, rows, columns), output)
        output += CHANNELS * OUTPUT_BYTES
      }
    }
  }
}

function countOf(startY: i32, startX: i32, rows: i32, columns: i32): f32 {
  if (COUNT == INSIDE) return <f32>(rows * columns)
  if (COUNT == KERNEL) return <f32>(KERNEL_HEIGHT * KERNEL_WIDTH)
  const padded = endTap(startY, DILATION_Y, KERNEL_HEIGHT, PADDED_BOTTOM) * endTap(startX, DILATION_X, KERNEL_WIDTH, PADDED_RIGHT)
  return <f32>padded
}

function poolPixel(corner: usize, rows: usize, columns: usize, count: f32, output: usize): void {
  const end = output + CHANNELS * OUTPUT_BYTES
  do {
    writeAverage(output, sumOfWindow(corner, rows, columns) / count)
    corner += sizeof<INPUT_ELEMENT>()
    output += OUTPUT_BYTES
  } while (output != end)
}

function sumOfWindow(corner: usize, rows: usize, columns: usize): f32 {
  if (SUMMATION == ROWS) return sumOfRows(corner, rows, columns)
  if (SUMMATION == COLUMNS) return sumOfColumns(corner, rows, columns)
  return sumInLanes(corner)
}

function sumOfRows(corner: usize, rows: usize, columns: usize): f32 {
  let sum: f32 = 0
  for (let line = corner; line != corner + rows * STEP_Y; line += STEP_Y) {
    for (let cell = line; cell != line + columns * STEP_X; cell += STEP_X) sum += valueAt(cell)
  }
  return sum
}

/** -0 adds nothing, not even to -0; columns of padding, where there are any, add +0. */
function sumOfColumns(corner: usize, rows: usize, columns: usize): f32 {
  let sum = select<f32>(-0.0, 0.0, columns == <usize>KERNEL_WIDTH)
  for (let top = corner; top != corner + columns * STEP_X; top += STEP_X) {
    let column: f32 = -0.0
    for (let cell = top; cell != top + rows * STEP_Y; cell += STEP_Y) column += valueAt(cell)
    sum += column
  }
  return sum
}

/** The window is the whole image: its cells follow each other, one PIXEL apart. */
function sumInLanes(corner: usize): f32 {
  const whole: usize = <usize>(INPUT_HEIGHT * INPUT_WIDTH) & ~3
  let lane0: f32 = 0
  let lane1: f32 = 0
  let lane2: f32 = 0
  let lane3: f32 = 0
  let cell = corner
  for (; cell != corner + whole * PIXEL; cell += 4 * PIXEL) {
    lane0 += valueAt(cell)
    lane1 += valueAt(cell + PIXEL)
    lane2 += valueAt(cell + 2 * PIXEL)
    lane3 += valueAt(cell + 3 * PIXEL)
  }
  let sum = (lane0 + lane2) + (lane1 + lane3)
  for (; cell != corner + IMAGE; cell += PIXEL) sum += valueAt(cell)
  return sum
}

function valueAt(cell: usize): f32 {
  if (INPUT_KIND == FLOAT) return load<f32>(cell)
  if (INPUT_KIND == AFFINE) return dequantize(<i32>load<INPUT_ELEMENT>(cell), INPUT_ZERO_POINT, INPUT_SCALE)
  return load<f32>(SCRATCH + (<usize>load<u8>(cell) << 2))
}

function writeAverage(output: usize, value: f32): void {
  if (OUTPUT_KIND == VALUE) {
    storeFloat(output, value)
  } else if (OUTPUT_KIND == SHIFTED_QUANTUM) {
    store<u8>(output, <u8>roundPairFloat(value, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
  } else {
    store<u8>(output, <u8>quantize(value, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
  }
}
