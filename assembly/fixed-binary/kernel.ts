// SPDX-License-Identifier: MIT-0
// fixed_binary: y = clamp(M(v) + zero point), the arithmetic of TFLite Micro (M: ../requantize, multiplyFixed):
//   add, subtract:  v = M_a((a - z_a) << LEFT_SHIFT) +- M_b((b - z_b) << LEFT_SHIFT)      multiply:  v = (a - z_a) * (b - z_b)
//   prelu:  as multiply, but M_a(a - z_a) takes the place of M(v) where a >= z_a
//   maximum, minimum: of the quanta themselves, clamped. Every int32 operation wraps, as there.
//   The output is dense, in its storage order; a and b have a step per loop, 0 where they are broadcast.
import { multiplyFixed } from "../requantize"
import { clamp } from "../primitives"
import {
  A, B, OUTPUT, ELEMENT, OPERATION, A_ZERO_POINT, B_ZERO_POINT, LEFT_SHIFT, A_MULTIPLIER, A_SHIFT, B_MULTIPLIER, B_SHIFT,
  MULTIPLIER, SHIFT_LEFT, SHIFT_RIGHT, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
  COUNT_0, COUNT_1, COUNT_2, COUNT_3, COUNT_4, A_STEP_0, A_STEP_1, A_STEP_2, A_STEP_3, A_STEP_4,
  B_STEP_0, B_STEP_1, B_STEP_2, B_STEP_3, B_STEP_4,
} from "./constants"

const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MULTIPLY: i32 = 2
const MAXIMUM: i32 = 3
const MINIMUM: i32 = 4
const PRELU: i32 = 5

const SIZE_4: usize = COUNT_4 * sizeof<ELEMENT>()
const SIZE_3: usize = COUNT_3 * SIZE_4
const SIZE_2: usize = COUNT_2 * SIZE_3
const SIZE_1: usize = COUNT_1 * SIZE_2
const SIZE_0: usize = COUNT_0 * SIZE_1

export function run(): void {
  let output: usize = OUTPUT
  let a0: usize = A
  let b0: usize = B
  do {
    const end1 = output + SIZE_1
    let a1 = a0
    let b1 = b0
    do {
      const end2 = output + SIZE_2
      let a2 = a1
      let b2 = b1
      do {
        const end3 = output + SIZE_3
        let a3 = a2
        let b3 = b2
        do {
          const end4 = output + SIZE_4
          let a = a3
          let b = b3
          do {
            store<ELEMENT>(output, <ELEMENT>combine(<i32>load<ELEMENT>(a), <i32>load<ELEMENT>(b)))
            output += sizeof<ELEMENT>()
            a += <usize>A_STEP_4
            b += <usize>B_STEP_4
          } while (output != end4)
          a3 += <usize>A_STEP_3
          b3 += <usize>B_STEP_3
        } while (output != end3)
        a2 += <usize>A_STEP_2
        b2 += <usize>B_STEP_2
      } while (output != end2)
      a1 += <usize>A_STEP_1
      b1 += <usize>B_STEP_1
    } while (output != end1)
    a0 += <usize>A_STEP_0
    b0 += <usize>B_STEP_0
  } while (output != OUTPUT + SIZE_0)
}

// @ts-ignore: decorator
@inline function combine(a: i32, b: i32): i32 {
  if (OPERATION == MAXIMUM) return clamp(max<i32>(a, b), OUTPUT_MIN, OUTPUT_MAX)
  if (OPERATION == MINIMUM) return clamp(min<i32>(a, b), OUTPUT_MIN, OUTPUT_MAX)
  const x = a - A_ZERO_POINT
  const y = b - B_ZERO_POINT
  let value: i32
  if (OPERATION == MULTIPLY || OPERATION == PRELU) {
    value = x * y
  } else {
    const left = multiplyFixed(x << LEFT_SHIFT, A_MULTIPLIER, A_SHIFT)
    const right = multiplyFixed(y << LEFT_SHIFT, B_MULTIPLIER, B_SHIFT)
    value = OPERATION == ADD ? left + right : left - right
  }
  let scaled = multiplyFixed(value << SHIFT_LEFT, MULTIPLIER, SHIFT_RIGHT)
  if (OPERATION == PRELU) {
    const positive = multiplyFixed(A_SHIFT < 0 ? x << -A_SHIFT : x, A_MULTIPLIER, max<i32>(A_SHIFT, 0))
    scaled = select<i32>(positive, scaled, x >= 0)
  }
  return clamp(scaled + OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX)
}
