// SPDX-License-Identifier: MIT-0
// One output channel of two tiles. The window is ROWS x RUNS runs of UNROLLED taps at the constant places 0, TAP_1, TAP_2...:
// a 3x3 kernel is one run of nine, a 5x5 one five rows of one run of five. Unused taps of a run have weights of zero.
//   Weights of a channel: [ROWS][RUNS][UNROLLED] of WEIGHT, int16 where w - zero point does not fit int8.
import { firstOf, secondOf } from "../pixel-pairs"
import {
  BUFFER, OUT_ACROSS_BYTES, OUT_ALONG_BYTES, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_ZERO_POINT, PATCH, PATCH_ALONG, RECORD_BYTES, requantize,
  ROW_BYTES, ROWS, RUN_BYTES, RUNS, STRIDE_ACROSS, STRIDE_ALONG, TAP_1, TAP_2, TAP_3, TAP_4, TAP_5, TAP_6, TAP_7, TAP_8, TILE_ACROSS,
  TILE_ALONG, UNROLLED, WEIGHT
} from "./constants"

const RUN_WEIGHT_BYTES: usize = UNROLLED * sizeof<WEIGHT>()

/** Writes the first tile from `pixel` on, and the second `secondOffset` bytes behind it. The channel's record and weights are in BUFFER. */
export function convolveChannel(pixel: usize, secondOffset: usize): void {
  const bias = load<i32>(BUFFER, 0, 1)
  const start = <i64>bias + (<i64>bias << 32)
  const w0 = weight(0), w1 = weight(1), w2 = weight(2), w3 = weight(3), w4 = weight(4)
  const w5 = weight(5), w6 = weight(6), w7 = weight(7), w8 = weight(8)
  let window: usize = PATCH
  do {
    const lineEnd = window + TILE_ALONG * STRIDE_ALONG * 8
    do {
      let sum = start
      if (ROWS * RUNS > 1) {
        sum = sumRuns(sum, window)
      } else {
        sum += load<i64>(window) * w0
        if (UNROLLED > 1) sum += load<i64>(window, TAP_1) * w1
        if (UNROLLED > 2) sum += load<i64>(window, TAP_2) * w2
        if (UNROLLED > 3) sum += load<i64>(window, TAP_3) * w3
        if (UNROLLED > 4) sum += load<i64>(window, TAP_4) * w4
        if (UNROLLED > 5) sum += load<i64>(window, TAP_5) * w5
        if (UNROLLED > 6) sum += load<i64>(window, TAP_6) * w6
        if (UNROLLED > 7) sum += load<i64>(window, TAP_7) * w7
        if (UNROLLED > 8) sum += load<i64>(window, TAP_8) * w8
      }
      store<u8>(pixel, <u8>requantize(firstOf(sum), BUFFER, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
      store<u8>(pixel + secondOffset, <u8>requantize(secondOf(sum), BUFFER, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
      pixel += OUT_ALONG_BYTES
      window += STRIDE_ALONG * 8
    } while (window != lineEnd)
    pixel += OUT_ACROSS_BYTES - TILE_ALONG * OUT_ALONG_BYTES
    window += (STRIDE_ACROSS * PATCH_ALONG - TILE_ALONG * STRIDE_ALONG) * 8
  } while (window != PATCH + TILE_ACROSS * STRIDE_ACROSS * PATCH_ALONG * 8)
}

/** A tap's weight where the window is a single run; 0 where there is none. */
// @ts-ignore: decorator
@inline function weight(tap: usize): i64 {
  if (ROWS * RUNS > 1 || tap >= UNROLLED) return 0
  return <i64>load<WEIGHT>(BUFFER + RECORD_BYTES + tap * sizeof<WEIGHT>(), 0, 1)
}

/** sum + the products of all runs of the window. */
function sumRuns(sum: i64, window: usize): i64 {
  let weights: usize = BUFFER + RECORD_BYTES
  do {
    let run = window
    const rowEnd = weights + RUNS * RUN_WEIGHT_BYTES
    do {
      sum += load<i64>(run) * <i64>load<WEIGHT>(weights, 0, 1)
      if (UNROLLED > 1) sum += load<i64>(run, TAP_1) * <i64>load<WEIGHT>(weights, sizeof<WEIGHT>(), 1)
      if (UNROLLED > 2) sum += load<i64>(run, TAP_2) * <i64>load<WEIGHT>(weights, 2 * sizeof<WEIGHT>(), 1)
      if (UNROLLED > 3) sum += load<i64>(run, TAP_3) * <i64>load<WEIGHT>(weights, 3 * sizeof<WEIGHT>(), 1)
      if (UNROLLED > 4) sum += load<i64>(run, TAP_4) * <i64>load<WEIGHT>(weights, 4 * sizeof<WEIGHT>(), 1)
      if (UNROLLED > 5) sum += load<i64>(run, TAP_5) * <i64>load<WEIGHT>(weights, 5 * sizeof<WEIGHT>(), 1)
      if (UNROLLED > 6) sum += load<i64>(run, TAP_6) * <i64>load<WEIGHT>(weights, 6 * sizeof<WEIGHT>(), 1)
      if (UNROLLED > 7) sum += load<i64>(run, TAP_7) * <i64>load<WEIGHT>(weights, 7 * sizeof<WEIGHT>(), 1)
      if (UNROLLED > 8) sum += load<i64>(run, TAP_8) * <i64>load<WEIGHT>(weights, 8 * sizeof<WEIGHT>(), 1)
      weights += RUN_WEIGHT_BYTES
      run += RUN_BYTES
    } while (weights != rowEnd)
    window += ROW_BYTES
  } while (weights != BUFFER + RECORD_BYTES + ROWS * RUNS * RUN_WEIGHT_BYTES)
  return sum
}
