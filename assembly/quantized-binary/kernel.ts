// SPDX-License-Identifier: MIT-0
// quantized_binary: v = f32(f32(A op B) / output scale), y = rne(f32(clamp(v) + zero point)), A = f32((a - z) * scale), B alike;
//   op is + or *. In integers where the compiler has proven that equal, else by these float32 operations (IS_FLOAT).
//   The output is dense, in its storage order; a and b have a step per loop, 0 where they are broadcast.
import { roundPairFloat } from "../elementwise"
import { dequantize } from "../quantize"
import {
  A, B, OUTPUT, ELEMENT, IS_ADDITION, IS_FLOAT, A_ZERO_POINT, A_SCALE, B_ZERO_POINT, B_SCALE,
  MULTIPLIER_A, MULTIPLIER_B, ADDEND, SHIFT, WINDOW, roundPair, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
  COUNT_0, COUNT_1, COUNT_2, COUNT_3, COUNT_4, A_STEP_0, A_STEP_1, A_STEP_2, A_STEP_3, A_STEP_4,
  B_STEP_0, B_STEP_1, B_STEP_2, B_STEP_3, B_STEP_4,
} from "./constants"

const SIZE_4: usize = COUNT_4
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
            store<u8>(output, <u8>combine(a, b))
            output++
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

function combine(a: usize, b: usize): i32 {
  const left = <i32>load<ELEMENT>(a)
  const right = <i32>load<ELEMENT>(b)
  return IS_FLOAT ? combineFloats(left, right) : combineIntegers(left, right)
}

function combineIntegers(a: i32, b: i32): i32 {
  const sum = IS_ADDITION
    ? <i64>a * MULTIPLIER_A + <i64>b * MULTIPLIER_B
    : <i64>((a - A_ZERO_POINT) * (b - B_ZERO_POINT)) * MULTIPLIER_A
  return roundPair(sum, ADDEND, SHIFT, WINDOW, OUTPUT_MIN, OUTPUT_MAX)
}

function combineFloats(a: i32, b: i32): i32 {
  const left = dequantize(a, A_ZERO_POINT, A_SCALE)
  const right = dequantize(b, B_ZERO_POINT, B_SCALE)
  const combined = IS_ADDITION ? left + right : left * right
  return roundPairFloat(combined, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX)
}
