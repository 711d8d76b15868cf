// SPDX-License-Identifier: MIT-0
// convolution_transpose: output[batch][y][x][o] = f32 sum over the taps (ky, kx), in row-major order, of the dot product
//   of a pixel of the input and the tap's weights, channel by channel; then f32(sum + bias), then Q where it is 8-bit.
//   input [BATCHES][INPUT_HEIGHT][INPUT_WIDTH][CHANNELS]. A tap's pixel is (y + PAD_TOP - ky * DILATION_Y) / STRIDE_Y, and
//   so in x; taps whose pixel is none, or outside, are left out.
// The weight segment has a record per output channel: bias, scale, zero point, weights [KERNEL_HEIGHT][KERNEL_WIDTH][GROUP_CHANNELS].
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { dequantize, quantize } from "../quantize"
import {
  INPUT, OUTPUT, INPUT_ELEMENT, INPUT_KIND, INPUT_ZERO_POINT, INPUT_SCALE, VALUES, SCRATCH, WEIGHTS, RECORD, RECORD_BYTES,
  TAPS, WEIGHT_IS_FLOAT, WEIGHT_ELEMENT, BATCHES, CHANNELS, GROUP_CHANNELS, OUTPUTS, GROUP_OUTPUTS,
  INPUT_HEIGHT, INPUT_WIDTH, OUTPUT_HEIGHT, OUTPUT_WIDTH, KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X,
  DILATION_Y, DILATION_X, PAD_TOP, PAD_LEFT, OUTPUT_IS_FLOAT, OUTPUT_BYTES,
  OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

// INPUT_KIND
const FLOAT: i32 = 0
const AFFINE: i32 = 1
// A record: bias, scale and zero point, then the weights.
const SCALE: usize = 4
const ZERO_POINT: usize = 8
const HEAD: usize = 12

const SIZE: usize = sizeof<INPUT_ELEMENT>()
const PIXEL: usize = CHANNELS * SIZE
const IMAGE: usize = <usize>(INPUT_HEIGHT * INPUT_WIDTH) * PIXEL
const OUTPUT_PIXEL: usize = OUTPUTS * OUTPUT_BYTES
const TAP_BYTES: usize = GROUP_CHANNELS << 2
const COUNT: usize = <usize>(KERNEL_HEIGHT * KERNEL_WIDTH) * GROUP_CHANNELS

export function run(): void {
  if (INPUT_KIND > AFFINE) copyWeights(SCRATCH, VALUES, 1024)
  for (let o: usize = 0; o < OUTPUTS; o++) {
    copyWeights(RECORD, WEIGHTS + o * RECORD_BYTES, RECORD_BYTES)
    spreadTaps()
    let output: usize = OUTPUT + o * OUTPUT_BYTES
    let image: usize = INPUT + o / GROUP_OUTPUTS * GROUP_CHANNELS * SIZE
    for (let batch: usize = 0; batch < BATCHES; batch++) {
      for (let y: i32 = 0; y < OUTPUT_HEIGHT; y++) {
        for (let x: i32 = 0; x < OUTPUT_WIDTH; x++) {
          write(output, sumOfTaps(image, y + PAD_TOP, x + PAD_LEFT) + load<f32>(RECORD))
          output += OUTPUT_PIXEL
        }
      }
      image += IMAGE
    }
  }
}

/** The output channel's weights as float32. */
function spreadTaps(): void {
  for (let i: usize = 0; i < COUNT; i++) {
    store<f32>(TAPS + (i << 2), WEIGHT_IS_FLOAT ? load<f32>(RECORD + (i << 2), HEAD) : dequantizedWeight(RECORD + i))
  }
}

// @ts-ignore: decorator
@inline
function dequantizedWeight(at: usize): f32 {
  return dequantize(<i32>load<WEIGHT_ELEMENT>(at, HEAD), load<i32>(RECORD, ZERO_POINT), load<f32>(RECORD, SCALE))
}

/** `y` and `x` count from the padding's edge. */
function sumOfTaps(image: usize, y: i32, x: i32): f32 {
  let sum: f32 = 0
  let tap: usize = TAPS
  for (let ky: i32 = 0; ky < KERNEL_HEIGHT; ky++) {
    const row = y - ky * DILATION_Y
    const isRow = row >= 0 && row % STRIDE_Y == 0 && row / STRIDE_Y < INPUT_HEIGHT
    for (let kx: i32 = 0; kx < KERNEL_WIDTH; kx++) {
      const column = x - kx * DILATION_X
      if (isRow && column >= 0 && column % STRIDE_X == 0 && column / STRIDE_X < INPUT_WIDTH) {
        sum += dot(image + <usize>(row / STRIDE_Y * INPUT_WIDTH + column / STRIDE_X) * PIXEL, tap)
      }
      tap += TAP_BYTES
    }
  }
  return sum
}

function dot(pixel: usize, tap: usize): f32 {
  let sum: f32 = 0
  const end = tap + TAP_BYTES
  do {
    sum += valueAt(pixel) * load<f32>(tap)
    pixel += SIZE
    tap += 4
  } while (tap != end)
  return sum
}

// @ts-ignore: decorator
@inline
function valueAt(cell: usize): f32 {
  if (INPUT_KIND == FLOAT) return load<f32>(cell)
  if (INPUT_KIND == AFFINE) return dequantize(<i32>load<INPUT_ELEMENT>(cell), INPUT_ZERO_POINT, INPUT_SCALE)
  return load<f32>(SCRATCH + (<usize>load<u8>(cell) << 2))
}

function write(output: usize, value: f32): void {
  if (OUTPUT_IS_FLOAT) storeFloat(output, value)
  else store<u8>(output, <u8>quantize(value, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
}
