// SPDX-License-Identifier: MIT-0
// fixed_softmax: over the rows x = input[outer][0..LENGTH-1][inner] of int8, as TFLite Micro does it:
//   e_j = TABLE[max x - x_j] (exp in Q0.31), S = sum of e_j in Q12.19, y_j = e_j / S in 1/256, less 128 (RESULT i16: in 1/65536, less 32768)
// TABLE has 256 int32 >= 0, the first 2^31 - 1: 2^19 <= S. LENGTH < 512: S < 2^28, so that the last shift is at most 31; of i16 LENGTH < 4096.
import { copyWeights } from "../weights"
import { highProduct } from "../requantize"
import { INPUT, OUTPUT, RESULT, TABLE, SCRATCH, OUTER, LENGTH, INNER } from "./constants"

const BITS: i32 = <i32>sizeof<RESULT>() << 3
const MIDDLE: i32 = 1 << (BITS - 1)

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
  let greatest: i32 = load<i8>(input)
  for (let at = input; at != end; at += INNER) greatest = max<i32>(greatest, load<i8>(at))
  let sum: i32 = 0
  for (let at = input; at != end; at += INNER) sum += (power(at, greatest) >> 12) + ((power(at, greatest) >> 11) & 1)
  const headroom = clz(sum)
  const reciprocal = reciprocalOfOnePlus((sum << headroom) ^ 0x80000000)
  const shift = <i64>(43 - BITS - headroom)
  const half = (<i64>1) << (shift - 1)
  for (let at = input; at != end; at += INNER) {
    const share = <i64>highProduct(reciprocal, power(at, greatest))
    store<RESULT>((at - INPUT) * sizeof<RESULT>() + OUTPUT, <RESULT>min<i32>(<i32>((share + half) >> shift) - MIDDLE, MIDDLE - 1))
  }
}

function power(at: usize, greatest: i32): i32 {
  return load<i32>(SCRATCH + (<usize>(greatest - <i32>load<i8>(at)) << 2))
}

/** 1 / (1 + a) in Q0.31, 0 <= a < 1: three steps of Newton's method on half of 1 + a. */
function reciprocalOfOnePlus(a: i32): i32 {
  const half = <i32>((<i64>a + 0x80000000) >> 1)
  let x = 1515870810 + highProduct(half, -1010580540)
  for (let step = 0; step < 3; step++) {
    x += shiftLeft(highProduct(x, (1 << 29) - highProduct(half, x)), 2)
  }
  return shiftLeft(x, 1)
}

/** Saturating. */
// @ts-ignore: decorator
@inline function shiftLeft(value: i32, bits: i64): i32 {
  return <i32>min<i64>(max<i64>(<i64>value << bits, -0x80000000), 0x7fffffff)
}
