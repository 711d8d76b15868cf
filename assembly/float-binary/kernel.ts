// SPDX-License-Identifier: MIT-0
// float_binary: y = f32(A op B), then Q(y) where the output is 8-bit. A side is float32, or 8-bit read through 256 float32 values.
//   The output is dense, in its storage order; a and b have a step in bytes per loop, 0 where they are broadcast.
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { quantize } from "../quantize"
import {
  A, B, OUTPUT, OPERATION, A_IS_FLOAT, B_IS_FLOAT, A_VALUES, B_VALUES, A_TABLE, B_TABLE, OUTPUT_IS_FLOAT, OUTPUT_BYTES,
  OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
  COUNT_0, COUNT_1, COUNT_2, COUNT_3, COUNT_4, A_STEP_0, A_STEP_1, A_STEP_2, A_STEP_3, A_STEP_4,
  B_STEP_0, B_STEP_1, B_STEP_2, B_STEP_3, B_STEP_4,
} from "./constants"

// OPERATION
const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MULTIPLY: i32 = 2
const DIVIDE: i32 = 3
const MINIMUM: i32 = 4
const MAXIMUM: i32 = 5

const SIZE_4: usize = COUNT_4 * OUTPUT_BYTES
const SIZE_3: usize = COUNT_3 * SIZE_4
const SIZE_2: usize = COUNT_2 * SIZE_3
const SIZE_1: usize = COUNT_1 * SIZE_2
const SIZE_0: usize = COUNT_0 * SIZE_1

export function run(): void {
  if (!A_IS_FLOAT) copyWeights(A_TABLE, A_VALUES, 1024)
  if (!B_IS_FLOAT) copyWeights(B_TABLE, B_VALUES, 1024)
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
            write(output, combine(valueOfA(a), valueOfB(b)))
            output += OUTPUT_BYTES
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

function valueOfA(at: usize): f32 {
  if (A_IS_FLOAT) return load<f32>(at)
  return load<f32>(A_TABLE + (<usize>load<u8>(at) << 2))
}

function valueOfB(at: usize): f32 {
  if (B_IS_FLOAT) return load<f32>(at)
  return load<f32>(B_TABLE + (<usize>load<u8>(at) << 2))
}

function combine(a: f32, b: f32): f32 {
  if (OPERATION == ADD) return a + b
  if (OPERATION == SUBTRACT) return a - b
  if (OPERATION == MULTIPLY) return a * b
  if (OPERATION == DIVIDE) return a / b
  // Of zeros of both signs the first; NaN wins.
  if (OPERATION == MINIMUM) return select<f32>(a, min<f32>(a, b), a == b)
  if (OPERATION == MAXIMUM) return select<f32>(a, max<f32>(a, b), a == b)
  return select<f32>(a, a * b, a >= 0)
}

function write(output: usize, value: f32): void {
  if (OUTPUT_IS_FLOAT) storeFloat(output, value)
  else store<u8>(output, <u8>quantize(value, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
}
