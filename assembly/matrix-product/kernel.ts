// SPDX-License-Identifier: MIT-0
// matrix_product: output[m][n] from accumulator = bias[n] + sum over k of (a[m][k] - za) * (b[k][n] - zb[n]), per batch.
//   a and b lie in memory with a step in bytes along each axis (0 where a batch axis is broadcast); the output is dense.
//   Record of a column, or one for all: [ what ../requantize reads (bias first) | zb i32 ]
//   A_ELEMENT i16: sums are SUM = i64, ../requantize reads a bias of i64
//   RESULT float: record [ bias i32 | multiplier f32 | float bias f32 | zb ],  output = f32(f32(accumulator * multiplier) + float bias)
//   RESULT integer: record [ bias i32 | zb ],  output = accumulator
// Range: |accumulator| < 2^31 (SUM i64: 2^47), proven by lowering; what is added in between may wrap.
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import {
  A, A_ELEMENT, A_K_STEP, A_M_STEP, A_STEP_0, A_STEP_1, A_STEP_2, A_ZERO_ADDRESS, A_ZERO_IS_STORED, A_ZERO_POINT,
  B, B_ELEMENT, B_HAS_ZERO, B_K_STEP, B_N_STEP, B_STEP_0, B_STEP_1, B_STEP_2, B_ZERO_ADDRESS, B_ZERO_IS_STORED,
  COLUMNS, COUNT_0, COUNT_1, COUNT_2, DEPTH, OUTPUT, OUTPUT_ELEMENT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_ZERO_POINT, RECORD_BYTES, RECORD_STEP,
  RECORDS, RECORDS_BYTES, requantize, RESULT, ROWS, SCRATCH, SUM
} from "./constants"

// RESULT
const QUANTIZED: i32 = 0
const FLOAT: i32 = 1

const OUT_BYTES: usize = sizeof<OUTPUT_ELEMENT>()
const ROW_BYTES: usize = COLUMNS * OUT_BYTES
const ZERO_PLACE: usize = RECORD_BYTES

export function run(): void {
  copyWeights(SCRATCH, RECORDS, RECORDS_BYTES)
  const zeroA: i32 = A_ZERO_IS_STORED ? <i32>load<A_ELEMENT>(A_ZERO_ADDRESS) : A_ZERO_POINT
  let output: usize = OUTPUT
  for (let i0: usize = 0; i0 < COUNT_0; i0++) {
    for (let i1: usize = 0; i1 < COUNT_1; i1++) {
      for (let i2: usize = 0; i2 < COUNT_2; i2++) {
        const a = A + i0 * A_STEP_0 + i1 * A_STEP_1 + i2 * A_STEP_2
        const b = B + i0 * B_STEP_0 + i1 * B_STEP_1 + i2 * B_STEP_2
        multiply(a, b, output, zeroA)
        output += ROWS * ROW_BYTES
      }
    }
  }
}

function multiply(a: usize, b: usize, output: usize, zeroA: i32): void {
  const end = output + ROWS * ROW_BYTES
  do {
    const total: i32 = B_HAS_ZERO ? sumRow(a, zeroA) : 0
    multiplyRow(a, b, output, zeroA, total)
    a += A_M_STEP
    output += ROW_BYTES
  } while (output != end)
}

function sumRow(a: usize, zeroA: i32): i32 {
  let total: i32 = 0
  for (let k: usize = 0; k < DEPTH; k++) {
    total += <i32>load<A_ELEMENT>(a) - zeroA
    a += A_K_STEP
  }
  return total
}

function multiplyRow(a: usize, b: usize, output: usize, zeroA: i32, total: i32): void {
  let record: usize = SCRATCH
  const end = output + ROW_BYTES
  const wholeEnd = output + (COLUMNS & ~3) * OUT_BYTES
  while (output != wholeEnd) {
    multiplyFour(a, b, output, record, zeroA, total)
    b += 4 * B_N_STEP
    record += 4 * RECORD_STEP
    output += 4 * OUT_BYTES
  }
  while (output != end) {
    multiplyOne(a, b, output, record, zeroA, total)
    b += B_N_STEP
    record += RECORD_STEP
    output += OUT_BYTES
  }
}

function multiplyFour(a: usize, b: usize, output: usize, record: usize, zeroA: i32, total: i32): void {
  let sum0: SUM = 0
  let sum1: SUM = 0
  let sum2: SUM = 0
  let sum3: SUM = 0
  for (let k: usize = 0; k < DEPTH; k++) {
    const value = <SUM>(<i32>load<A_ELEMENT>(a) - zeroA)
    sum0 += value * <SUM>load<B_ELEMENT>(b)
    sum1 += value * <SUM>load<B_ELEMENT>(b + B_N_STEP)
    sum2 += value * <SUM>load<B_ELEMENT>(b + 2 * B_N_STEP)
    sum3 += value * <SUM>load<B_ELEMENT>(b + 3 * B_N_STEP)
    a += A_K_STEP
    b += B_K_STEP
  }
  finish(sum0, output, record, total)
  finish(sum1, output + OUT_BYTES, record + RECORD_STEP, total)
  finish(sum2, output + 2 * OUT_BYTES, record + 2 * RECORD_STEP, total)
  finish(sum3, output + 3 * OUT_BYTES, record + 3 * RECORD_STEP, total)
}

function multiplyOne(a: usize, b: usize, output: usize, record: usize, zeroA: i32, total: i32): void {
  let sum: SUM = 0
  for (let k: usize = 0; k < DEPTH; k++) {
    sum += <SUM>(<i32>load<A_ELEMENT>(a) - zeroA) * <SUM>load<B_ELEMENT>(b)
    a += A_K_STEP
    b += B_K_STEP
  }
  finish(sum, output, record, total)
}

function finish(sum: SUM, output: usize, record: usize, total: i32): void {
  let accumulator = sum + load<SUM>(record, 0, 1)
  if (B_HAS_ZERO) {
    const zeroB: i32 = B_ZERO_IS_STORED ? <i32>load<B_ELEMENT>(B_ZERO_ADDRESS) : load<i32>(record, ZERO_PLACE, 1)
    accumulator -= <SUM>(zeroB * total)
  }
  if (RESULT == QUANTIZED) {
    store<OUTPUT_ELEMENT>(output, <OUTPUT_ELEMENT>requantize(accumulator, record, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
  } else if (RESULT == FLOAT) {
    storeFloat(output, <f32>accumulator * load<f32>(record, 4, 1) + load<f32>(record, 8, 1))
  } else {
    store<i32>(output, <i32>accumulator)
  }
}
