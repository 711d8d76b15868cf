// SPDX-License-Identifier: MIT-0
// softmax: over the rows x = input[outer][0..LENGTH-1][inner] of 8-bit elements:
//   t_j = TABLE[255 - (max x - x_j)], S = float32 sum of t_j in index order,
//   y_j = min(OUTPUT_MAX, rne(f32(f32(t_j * LEVELS) / S)) + OUTPUT_ZERO_POINT)
// TABLE has 256 float32, all > 0 or so small that they are 0; its last entry is > 0, so S > 0. LEVELS = floor(1 / output scale).
// Where t_j * LEVELS can leave float32 (MAY_OVERFLOW), what does so becomes OVERFLOW_QUANTUM.
import { copyWeights } from "../weights"
import { roundWithin } from "../quantize"
import {
  INPUT, OUTPUT, TABLE, SCRATCH, ELEMENT, OUTER, LENGTH, INNER, LEVELS, MAY_OVERFLOW, OVERFLOW_FROM, OVERFLOW_QUANTUM,
  OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

export function run(): void {
  copyWeights(SCRATCH, TABLE, 1024)
  for (let outer: usize = 0; outer < OUTER; outer++) {
    for (let inner: usize = 0; inner < INNER; inner++) {
      softmaxOfRow(outer * (LENGTH * INNER) + inner)
    }
  }
}

function softmaxOfRow(start: usize): void {
  const input = INPUT + start
  const end = input + LENGTH * INNER
  let greatest: i32 = load<ELEMENT>(input)
  for (let at = input; at != end; at += INNER) greatest = max<i32>(greatest, load<ELEMENT>(at))
  let sum: f32 = 0
  for (let at = input; at != end; at += INNER) sum += power(at, greatest)
  for (let at = input; at != end; at += INNER) {
    const scaled = (power(at, greatest) * LEVELS) / sum
    const rounded = roundWithin(scaled, OUTPUT_MIN - OUTPUT_ZERO_POINT, OUTPUT_MAX - OUTPUT_ZERO_POINT)
    let quantum = rounded + OUTPUT_ZERO_POINT
    if (MAY_OVERFLOW) quantum = select<i32>(OVERFLOW_QUANTUM, quantum, scaled >= OVERFLOW_FROM)
    store<u8>(at - INPUT + OUTPUT, <u8>quantum)
  }
}

function power(at: usize, greatest: i32): f32 {
  return load<f32>(SCRATCH + (<usize>(255 - greatest + <i32>load<ELEMENT>(at)) << 2))
}
