// SPDX-License-Identifier: MIT-0
// depthwise: output[pixel][c * MULTIPLIER + m] = requantize(bias + sum over taps of window(pixel, c)[tap] * weight[c * MULTIPLIER + m][tap])
//   input [N][IN_HEIGHT][IN_WIDTH][CHANNELS] of ELEMENT    output [N][OUT_HEIGHT][OUT_WIDTH][CHANNELS * MULTIPLIER]
//   The output is cut into tiles; two tiles are computed at a time, so that each i64 of PATCH serves a pixel of either
//   (../pixel-pairs). PATCH holds one channel of what both read, elements made unsigned: the upper word needs no borrow
//   then, and each half is written by itself. Padding reads as the input's zero point, zero points are inside the bias.
//   The last tiles of a row or column begin earlier rather than reach beyond the output.
// Weight segment, per output channel: [ what ../requantize reads (bias first) | weights, taps of a repeat UNROLLED at a time ]
// Range: |sum| < 2^31, proven by lowering.
import { firstOf, secondOf } from "../pixel-pairs"
import { copyWeights } from "../weights"
import { clearPatch, fillHalf } from "./patch"
import { sumTaps } from "./taps"
import {
  BUFFER, CHANNELS, IN_HEIGHT, IN_WIDTH, INPUT, MULTIPLIER, OUT_HEIGHT, OUT_WIDTH, OUTPUT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_ZERO_POINT,
  PAD_X, PAD_Y, PATCH, PATCH_WIDTH, RECORD_BYTES, REPEATS_X, REPEATS_Y, requantize, STRIDE_X, STRIDE_Y, TILE_HEIGHT, TILE_WIDTH, TILES,
  TILES_X, TILES_Y, UNROLLED, WEIGHT, WEIGHTS
} from "./constants"

const CHANNEL_BYTES: usize = RECORD_BYTES + REPEATS_Y * REPEATS_X * UNROLLED * sizeof<WEIGHT>()
const OUT_CHANNELS: usize = CHANNELS * MULTIPLIER

export function run(): void {
  let tile: i32 = 0
  do {
    convolveTiles(tile, min(tile + 1, TILES - 1))
    tile += 2
  } while (tile < TILES)
}

function convolveTiles(first: i32, second: i32): void {
  clearPatch()
  const firstOutput = outputOf(first)
  const secondOffset = outputOf(second) - firstOutput
  let source: usize = WEIGHTS
  let input: usize = INPUT
  let output = firstOutput
  do {
    fillTile(input, first, PATCH)
    fillTile(input, second, PATCH + 4)
    const outputEnd = output + MULTIPLIER
    do {
      copyWeights(BUFFER, source, CHANNEL_BYTES)
      convolveChannel(output, secondOffset)
      source += CHANNEL_BYTES
      output++
    } while (output != outputEnd)
    input++
  } while (input != INPUT + CHANNELS)
}

// @ts-ignore: decorator
@inline function rowOf(tile: i32): i32 {
  return min((tile / TILES_X) % TILES_Y * TILE_HEIGHT, OUT_HEIGHT - TILE_HEIGHT)
}

// @ts-ignore: decorator
@inline function columnOf(tile: i32): i32 {
  return min(tile % TILES_X * TILE_WIDTH, OUT_WIDTH - TILE_WIDTH)
}

// @ts-ignore: decorator
@inline function imageOf(tile: i32): i32 {
  return tile / (TILES_X * TILES_Y)
}

/** Address of a tile's first pixel, channel 0. */
function outputOf(tile: i32): usize {
  return OUTPUT + <usize>((imageOf(tile) * OUT_HEIGHT + rowOf(tile)) * OUT_WIDTH + columnOf(tile)) * OUT_CHANNELS
}

function fillTile(channel: usize, tile: i32, half: usize): void {
  const image = channel + <usize>(imageOf(tile) * (IN_HEIGHT * IN_WIDTH)) * CHANNELS
  fillHalf(image, rowOf(tile) * STRIDE_Y - PAD_Y, columnOf(tile) * STRIDE_X - PAD_X, half)
}

/** One output channel of both tiles; the second's pixels lie `secondOffset` bytes behind the first's. */
function convolveChannel(output: usize, secondOffset: usize): void {
  const bias = load<i32>(BUFFER, 0, 1)
  const start = <i64>bias + (<i64>bias << 32)
  let patch: usize = PATCH
  do {
    const rowEnd = patch + TILE_WIDTH * STRIDE_X * 8
    do {
      const sum = sumTaps(start, patch, BUFFER + RECORD_BYTES)
      store<u8>(output, <u8>requantize(firstOf(sum), BUFFER, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
      store<u8>(output + secondOffset, <u8>requantize(secondOf(sum), BUFFER, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
      output += OUT_CHANNELS
      patch += STRIDE_X * 8
    } while (patch != rowEnd)
    output += <usize>(OUT_WIDTH - TILE_WIDTH) * OUT_CHANNELS
    patch += (STRIDE_Y * PATCH_WIDTH - TILE_WIDTH * STRIDE_X) * 8
  } while (patch != PATCH + TILE_HEIGHT * STRIDE_Y * PATCH_WIDTH * 8)
}
