// SPDX-License-Identifier: MIT-0
// convolution: output[pixel][o] = requantize(bias[o] + sum over d of column(pixel)[d] * weight[o][d])
//   input [N][IN_HEIGHT][IN_WIDTH][IN_CHANNELS] of ELEMENT    output [N][OUT_HEIGHT][OUT_WIDTH][OUT_CHANNELS]
//   A column is the pixel's window, [kernelY][kernelX][channel]; 1-D: height 1. Padding reads as the input's zero point,
//   and zero points are inside the bias, so that the inner loop is one multiply-add for two pixels (../pixel-pairs).
//
// Weight segment, per tile of up to TILE_CHANNELS channels, blocks of up to four channels:
//   columns in one piece:   block: [ records | weights [depth / 4][channel][4] ], block, ...
//   IS_CHUNKED:             chunk: [ block's weights, block's weights, ... ], chunk, ..., then block's records, ...
//   IS_RESIDENT: a tile is read once, for all pixels; else block by block for each pair of pixels.
// Range: |sum| < 2^31 for every prefix of a column, proven by lowering.
import { accumulatePairs, packPairs, sumPairs } from "../pixel-pairs"
import { copyWeights } from "../weights"
import { finishChannels } from "./finish"
import { packGathered } from "./gather"
import { addressOf, columnOf, rowOf } from "./window"
import {
  BUFFER, CHANNEL_BYTES, CHUNK_PAIRS, COLUMNS, DILATION_X, DILATION_Y, ELEMENT, GROUP_CHANNELS, GROUP_OUT_CHANNELS, GROUPS,
  IN_CHANNELS, IN_HEIGHT, IN_WIDTH, INPUT, INPUT_ZERO_POINT, IS_CHUNKED, IS_CORRECTED, IS_FLOAT, IS_GATHERED, IS_PADDED,
  IS_POINTWISE, IS_RESIDENT, KERNEL_HEIGHT, KERNEL_WIDTH, OUT_CHANNELS, OUTPUT, PADDING, PART_CHANNELS, PARTS, PIXELS,
  RECORD_BYTES, SUMS, TILE_CHANNELS, TOTAL, WEIGHTS, ZEROS
} from "./constants"

const OUT_BYTES: usize = IS_FLOAT ? 4 : 1
const RECORD_STRIDE: usize = RECORD_BYTES + (IS_CORRECTED ? 4 : 0)

export function run(): void {
  memory.fill(ZEROS, 0, 32)
  if (IS_PADDED && !IS_GATHERED) memory.fill(PADDING, <u8>INPUT_ZERO_POINT, PART_CHANNELS)
  let source: usize = WEIGHTS
  let input: usize = INPUT
  let output: usize = OUTPUT
  do {
    let left = GROUP_OUT_CHANNELS
    do {
      const channels = min(left, TILE_CHANNELS)
      convolveTile(source, input, output, channels)
      source += channels * CHANNEL_BYTES
      output += channels * OUT_BYTES
      left -= channels
    } while (left != 0)
    input += GROUP_CHANNELS
  } while (input != INPUT + GROUPS * GROUP_CHANNELS)
}

/** `channels` output channels of every pixel. An odd number of pixels: the last pair repeats one. */
function convolveTile(source: usize, input: usize, output: usize, channels: usize): void {
  if (IS_RESIDENT) copyWeights(BUFFER, source, channels * CHANNEL_BYTES)
  let pixel: usize = 0
  do {
    let first = pixel
    if (PIXELS % 2 != 0) first = min(first, PIXELS > 1 ? PIXELS - 2 : 0)
    const second = PIXELS > 1 ? first + 1 : first
    convolvePair(source, input, first, second, output, channels)
    pixel += 2
  } while (pixel < PIXELS)
}

function convolvePair(source: usize, input: usize, first: usize, second: usize, output: usize, channels: usize): void {
  const firstOutput = output + first * (OUT_CHANNELS * OUT_BYTES)
  const secondOutput = output + second * (OUT_CHANNELS * OUT_BYTES)
  if (IS_CHUNKED) {
    memory.fill(SUMS, 0, ((channels + 3) & ~3) << 3)
    if (IS_CORRECTED) store<i64>(TOTAL, 0)
    const records = convolveWindow(source, input, first, second, channels)
    finishTile(records, channels, firstOutput, secondOutput)
  } else {
    const end = packColumns(input, first, second)
    if (IS_CORRECTED) store<i64>(TOTAL, sumPairs(COLUMNS, end))
    convolveBlocks(source, COLUMNS + ((end - COLUMNS + 31) & ~31), channels, firstOutput, secondOutput)
  }
}

// @ts-ignore: decorator
@inline function packColumns(input: usize, first: usize, second: usize): usize {
  if (IS_GATHERED) return packGathered(first, second)
  if (IS_POINTWISE) {
    const firstColumn = input + first * <usize>IN_CHANNELS
    return packPairs<ELEMENT>(firstColumn, input + second * <usize>IN_CHANNELS, GROUP_CHANNELS, COLUMNS)
  }
  return convolveWindow(0, input, first, second, 0)
}

/**
 * Packs the columns of two pixels piece by piece: one piece is the window's element at one place, or a part of its channels.
 * IS_CHUNKED: adds each full chunk's products to SUMS and returns where the segment goes on; else returns the columns' end.
 */
function convolveWindow(source: usize, input: usize, first: usize, second: usize, channels: usize): usize {
  const firstRow = rowOf(first), firstColumn = columnOf(first), firstAddress = addressOf(input, first)
  const secondRow = rowOf(second), secondColumn = columnOf(second), secondAddress = addressOf(input, second)
  let columns = COLUMNS
  for (let y: i32 = 0; y < KERNEL_HEIGHT; y++) {
    for (let x: i32 = 0; x < KERNEL_WIDTH; x++) {
      const isFirstInside = !IS_PADDED || isInside(firstRow + y * DILATION_Y, firstColumn + x * DILATION_X)
      const isSecondInside = !IS_PADDED || isInside(secondRow + y * DILATION_Y, secondColumn + x * DILATION_X)
      let offset = <usize>((y * DILATION_Y * IN_WIDTH + x * DILATION_X) * IN_CHANNELS)
      for (let part: usize = 0; part < PARTS; part++) {
        const bytes = part == PARTS - 1 ? GROUP_CHANNELS - (PARTS - 1) * PART_CHANNELS : PART_CHANNELS
        const firstPart = isFirstInside ? firstAddress + offset : PADDING
        const secondPart = isSecondInside ? secondAddress + offset : PADDING
        columns = packPairs<ELEMENT>(firstPart, secondPart, bytes, columns)
        offset += PART_CHANNELS
        if (IS_CHUNKED && (PARTS > 1 || columns == COLUMNS + CHUNK_PAIRS * 8)) {
          source = accumulateChunk(source, columns, channels)
          columns = COLUMNS
        }
      }
    }
  }
  if (!IS_CHUNKED) return columns
  if (columns != COLUMNS) source = accumulateChunk(source, columns, channels)
  return source
}

// @ts-ignore: decorator
@inline function isInside(y: i32, x: i32): bool {
  return <bool>(i32(<u32>y < <u32>IN_HEIGHT) & i32(<u32>x < <u32>IN_WIDTH))
}

/** Adds one chunk's products to the sums of every channel; returns where the segment goes on. */
function accumulateChunk(source: usize, end: usize, channels: usize): usize {
  if (IS_CORRECTED) store<i64>(TOTAL, load<i64>(TOTAL) + sumPairs(COLUMNS, end))
  const pairs = ((end - COLUMNS) >> 3) + 3 & ~3
  let sums: usize = SUMS
  let left = channels
  do {
    const count = min(left, 4)
    const bytes = pairs * count
    copyWeights(BUFFER, source, bytes)
    accumulatePairs(COLUMNS, COLUMNS + (pairs << 3), BUFFER, count << 2, sums, sums)
    source += bytes
    sums += 32
    left -= count
  } while (left != 0)
  return source
}

function finishTile(source: usize, channels: usize, firstOutput: usize, secondOutput: usize): void {
  let sums: usize = SUMS
  let left = channels
  do {
    const count = min(left, 4)
    copyWeights(BUFFER, source, count * RECORD_STRIDE)
    finishChannels(sums, BUFFER, count, firstOutput, secondOutput)
    source += count * RECORD_STRIDE
    firstOutput += count * OUT_BYTES
    secondOutput += count * OUT_BYTES
    sums += 32
    left -= count
  } while (left != 0)
}

/** All channels of a tile from whole columns. */
function convolveBlocks(source: usize, end: usize, channels: usize, firstOutput: usize, secondOutput: usize): void {
  let records: usize = BUFFER
  let left = channels
  do {
    const count = min(left, 4)
    if (!IS_RESIDENT) {
      copyWeights(BUFFER, source, count * CHANNEL_BYTES)
      source += count * CHANNEL_BYTES
    }
    accumulatePairs(COLUMNS, end, records + count * RECORD_STRIDE, count << 2, ZEROS, SUMS)
    finishChannels(SUMS, records, count, firstOutput, secondOutput)
    if (IS_RESIDENT) records += count * CHANNEL_BYTES
    firstOutput += count * OUT_BYTES
    secondOutput += count * OUT_BYTES
    left -= count
  } while (left != 0)
}
