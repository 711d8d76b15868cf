// SPDX-License-Identifier: MIT-0
// The products of one window. The window is REPEATS_Y x REPEATS_X runs of UNROLLED taps at constant places TAP_n: a 3x3
// kernel is one run of nine, a 5x5 one five runs of five. Unused taps of a run have weights of zero.
import {
  REPEAT_BYTES_X, REPEAT_BYTES_Y, REPEATS_X, REPEATS_Y, TAP_1, TAP_2, TAP_3, TAP_4, TAP_5, TAP_6, TAP_7, TAP_8, UNROLLED, WEIGHT
} from "./constants"

const RUN_BYTES: usize = UNROLLED * sizeof<WEIGHT>()

/** start + sum over the window of pair * weight. */
// @ts-ignore: decorator
@inline export function sumTaps(start: i64, window: usize, weights: usize): i64 {
  let sum = start
  if (REPEATS_X * REPEATS_Y == 1) return sumRun(sum, window, weights)
  const weightsEnd = weights + REPEATS_Y * REPEATS_X * RUN_BYTES
  do {
    let run = window
    const rowEnd = weights + REPEATS_X * RUN_BYTES
    do {
      sum = sumRun(sum, run, weights)
      weights += RUN_BYTES
      run += REPEAT_BYTES_X
    } while (weights != rowEnd)
    window += REPEAT_BYTES_Y
  } while (weights != weightsEnd)
  return sum
}

// @ts-ignore: decorator
@inline function sumRun(sum: i64, run: usize, weights: usize): i64 {
  sum += load<i64>(run) * <i64>load<WEIGHT>(weights, 0, 1)
  if (UNROLLED > 1) sum += load<i64>(run, TAP_1) * <i64>load<WEIGHT>(weights, sizeof<WEIGHT>(), 1)
  if (UNROLLED > 2) sum += load<i64>(run, TAP_2) * <i64>load<WEIGHT>(weights, 2 * sizeof<WEIGHT>(), 1)
  if (UNROLLED > 3) sum += load<i64>(run, TAP_3) * <i64>load<WEIGHT>(weights, 3 * sizeof<WEIGHT>(), 1)
  if (UNROLLED > 4) sum += load<i64>(run, TAP_4) * <i64>load<WEIGHT>(weights, 4 * sizeof<WEIGHT>(), 1)
  if (UNROLLED > 5) sum += load<i64>(run, TAP_5) * <i64>load<WEIGHT>(weights, 5 * sizeof<WEIGHT>(), 1)
  if (UNROLLED > 6) sum += load<i64>(run, TAP_6) * <i64>load<WEIGHT>(weights, 6 * sizeof<WEIGHT>(), 1)
  if (UNROLLED > 7) sum += load<i64>(run, TAP_7) * <i64>load<WEIGHT>(weights, 7 * sizeof<WEIGHT>(), 1)
  if (UNROLLED > 8) sum += load<i64>(run, TAP_8) * <i64>load<WEIGHT>(weights, 8 * sizeof<WEIGHT>(), 1)
  return sum
}
