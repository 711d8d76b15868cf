// SPDX-License-Identifier: MIT-0
// table_softmax: over the rows x = input[outer][0..LENGTH-1][inner] of int16, as TFLite Micro does it:
//   e_j = exp of M(x_j - max x), S = sum of e_j, y_j = e_j / S in 1/32768; exp and 1 / (1 + a) are lines between 513 points.
// Segment at POINTS: 513 i16 of exp, then 513 of 1 / (1 + a). LENGTH < 65536, so that S < 2^31; S >= 2^14.
import { copyWeights } from "../weights"
import { multiplyFixed } from "../requantize"
import { clamp } from "../primitives"
import { INNER, INPUT, LENGTH, MULTIPLIER, OUTER, OUTPUT, POINTS, SCRATCH, SHIFT_LEFT, SHIFT_RIGHT } from "./constants"

const TABLE_BYTES: usize = 1026
const STEP: usize = INNER * 2

export function run(): void {
  copyWeights(SCRATCH, POINTS, 2 * TABLE_BYTES)
  for (let outer: usize = 0; outer < OUTER; outer++) {
    for (let inner: usize = 0; inner < INNER; inner++) {
      softmaxOfRow((outer * (LENGTH * INNER) + inner) * 2)
    }
  }
}

function softmaxOfRow(start: usize): void {
  const input = INPUT + start
  const end = input + LENGTH * STEP
  let greatest: i32 = load<i16>(input)
  for (let at = input; at != end; at += STEP) greatest = max<i32>(greatest, load<i16>(at))
  let sum: i32 = 0
  for (let at = input; at != end; at += STEP) sum += power(at, greatest)
  const headroom = clz(sum)
  const fraction = clamp((((sum << (headroom - 1)) + (1 << 13)) >> 14) - 98304, -32768, 32767)
  const reciprocal = lineAt(SCRATCH + TABLE_BYTES, fraction)
  const half = 1 << (30 - headroom)
  for (let at = input; at != end; at += STEP) {
    const share = (power(at, greatest) * reciprocal + half) >> (31 - headroom)
    store<i16>(at - INPUT + OUTPUT, <i16>clamp(share, 0, 32767))
  }
}

function power(at: usize, greatest: i32): i32 {
  const distance = (<i32>load<i16>(at) - greatest) << SHIFT_LEFT
  return lineAt(SCRATCH, clamp(multiplyFixed(distance, MULTIPLIER, SHIFT_RIGHT) + 32767, -32768, 32767))
}

/** Between the points every 128 of -32768..32767. */
// @ts-ignore: decorator
@inline function lineAt(points: usize, v: i32): i32 {
  const at = points + (<usize>(256 + (v >> 7)) << 1)
  const value = <i32>load<i16>(at)
  return value + (((<i32>load<i16>(at, 2) - value) * (v & 127) + 64) >> 7)
}
