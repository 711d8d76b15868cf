// SPDX-License-Identifier: MIT-0
// fixed_convolution: output[n][y][x][o] = requantize(bias[o] + sum over the taps inside the image of (input - zero point) * weight[o])
//   input [BATCHES][INPUT_HEIGHT][INPUT_WIDTH][CHANNELS] of ELEMENT    output [BATCHES][OUTPUT_HEIGHT][OUTPUT_WIDTH][OUTPUTS] of RESULT
//   Tap ky of output row y reads input row (y * UP_Y - PAD_Y + ky * STEP_Y) / DOWN_Y, where that is whole; columns likewise.
// Weight segment, per tile of up to LANES channels of a group: [ records | weights [kernelY][kernelX][channel][lane] ]
// Range: an ACCUMULATOR of i32 wraps, as in the reference; one of i64 stays below 2^47. Sums of one tap are PARTIAL.
import { copyWeights } from "../weights"
import {
  ACCUMULATOR, BATCHES, CHANNELS, DOWN_X, DOWN_Y, ELEMENT, GROUP_CHANNELS, GROUPS, INPUT, INPUT_HEIGHT, INPUT_WIDTH, INPUT_ZERO_POINT,
  KERNEL_HEIGHT, KERNEL_WIDTH, LANES, OUTPUT, OUTPUT_HEIGHT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_WIDTH, OUTPUT_ZERO_POINT, OUTPUTS,
  PAD_X, PAD_Y, PARTIAL, RECORD_BYTES, requantize, RESULT, STEP_X, STEP_Y, TILE, UP_X, UP_Y, WEIGHTS
} from "./constants"

const PIXEL: usize = CHANNELS * sizeof<ELEMENT>()
const GROUP_BYTES: usize = GROUP_CHANNELS * sizeof<ELEMENT>()
const IMAGE: usize = <usize>(INPUT_HEIGHT * INPUT_WIDTH) * PIXEL
const GROUP_OUTPUTS: usize = OUTPUTS / GROUPS
const TAP_BYTES: usize = GROUP_CHANNELS * LANES
const TILE_BYTES: usize = LANES * RECORD_BYTES + <usize>(KERNEL_HEIGHT * KERNEL_WIDTH) * TAP_BYTES

export function run(): void {
  let source: usize = WEIGHTS
  let output: usize = OUTPUT
  for (let group: usize = 0; group < GROUPS; group++) {
    for (let first: usize = 0; first < GROUP_OUTPUTS; first += LANES) {
      const lanes = min<usize>(GROUP_OUTPUTS - first, LANES)
      copyWeights(TILE, source, TILE_BYTES)
      convolveTile(INPUT + group * GROUP_BYTES, output, lanes)
      source += TILE_BYTES
      output += lanes * sizeof<RESULT>()
    }
  }
}

/** `lanes` output channels of every pixel. */
function convolveTile(image: usize, output: usize, lanes: usize): void {
  for (let batch: usize = 0; batch < BATCHES; batch++) {
    for (let y: i32 = 0; y < OUTPUT_HEIGHT; y++) {
      for (let x: i32 = 0; x < OUTPUT_WIDTH; x++) {
        if (LANES == 4) addFour(image, output, y * UP_Y - PAD_Y, x * UP_X - PAD_X, lanes)
        else addOne(image, output, y * UP_Y - PAD_Y, x * UP_X - PAD_X)
        output += OUTPUTS * sizeof<RESULT>()
      }
    }
    image += IMAGE
  }
}

// @ts-ignore: decorator
@inline function isInside(place: i32, down: i32, size: i32): bool {
  return place >= 0 && place % down == 0 && place / down < size
}

// @ts-ignore: decorator
@inline function valueAt(cell: usize): PARTIAL {
  return <PARTIAL>(<i32>load<ELEMENT>(cell) - INPUT_ZERO_POINT)
}

function addFour(image: usize, output: usize, top: i32, left: i32, lanes: usize): void {
  let sum0: ACCUMULATOR = 0
  let sum1: ACCUMULATOR = 0
  let sum2: ACCUMULATOR = 0
  let sum3: ACCUMULATOR = 0
  let tap = TILE + LANES * RECORD_BYTES
  for (let y = top; y != top + KERNEL_HEIGHT * STEP_Y; y += STEP_Y) {
    for (let x = left; x != left + KERNEL_WIDTH * STEP_X; x += STEP_X) {
      if (isInside(y, DOWN_Y, INPUT_HEIGHT) && isInside(x, DOWN_X, INPUT_WIDTH)) {
        let cell = image + <usize>(y / DOWN_Y * INPUT_WIDTH + x / DOWN_X) * PIXEL
        const end = cell + GROUP_BYTES
        let weight = tap
        let part0: PARTIAL = 0
        let part1: PARTIAL = 0
        let part2: PARTIAL = 0
        let part3: PARTIAL = 0
        do {
          const value = valueAt(cell)
          part0 += value * <PARTIAL>load<i8>(weight)
          part1 += value * <PARTIAL>load<i8>(weight, 1)
          part2 += value * <PARTIAL>load<i8>(weight, 2)
          part3 += value * <PARTIAL>load<i8>(weight, 3)
          weight += 4
          cell += sizeof<ELEMENT>()
        } while (cell != end)
        sum0 += <ACCUMULATOR>part0
        sum1 += <ACCUMULATOR>part1
        sum2 += <ACCUMULATOR>part2
        sum3 += <ACCUMULATOR>part3
      }
      tap += TAP_BYTES
    }
  }
  finish(output, 0, sum0)
  if (lanes > 1) finish(output, 1, sum1)
  if (lanes > 2) finish(output, 2, sum2)
  if (lanes > 3) finish(output, 3, sum3)
}

function addOne(image: usize, output: usize, top: i32, left: i32): void {
  let sum: ACCUMULATOR = 0
  let tap = TILE + RECORD_BYTES
  for (let y = top; y != top + KERNEL_HEIGHT * STEP_Y; y += STEP_Y) {
    for (let x = left; x != left + KERNEL_WIDTH * STEP_X; x += STEP_X) {
      if (isInside(y, DOWN_Y, INPUT_HEIGHT) && isInside(x, DOWN_X, INPUT_WIDTH)) {
        let cell = image + <usize>(y / DOWN_Y * INPUT_WIDTH + x / DOWN_X) * PIXEL
        const end = cell + GROUP_BYTES
        let weight = tap
        let part: PARTIAL = 0
        do {
          part += valueAt(cell) * <PARTIAL>load<i8>(weight)
          weight++
          cell += sizeof<ELEMENT>()
        } while (cell != end)
        sum += <ACCUMULATOR>part
      }
      tap += TAP_BYTES
    }
  }
  finish(output, 0, sum)
}

// @ts-ignore: decorator
@inline function finish(output: usize, lane: usize, sum: ACCUMULATOR): void {
  const record = TILE + lane * RECORD_BYTES
  const accumulator = load<ACCUMULATOR>(record) + sum
  store<RESULT>(
    output + lane * sizeof<RESULT>(),
    <RESULT>requantize(accumulator, record, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX)
  )
}
