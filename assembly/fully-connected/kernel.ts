// SPDX-License-Identifier: MIT-0
// fully_connected, one row: output[u] = requantize(bias[u] + sum over d of input[d] * weight[u][d])
//   input [DEPTH] of ELEMENT    output [UNITS]    zero points are inside the bias
// Weight segment, per block of up to four units, weights as [depth / 4][unit][4]:
//   chunk of CHUNK_DEPTH depths, ..., last chunk (a multiple of 4), then [ weights of the remaining 1 to 3 depths, as 4 | records ]
//   Record of a unit: [ what ../requantize reads (bias first) | correction i32 if IS_CORRECTED ]
//   IS_FLOAT: record [ bias i32 | multiplier f32 | float bias f32 ],  output = f32(f32(accumulator * multiplier) + float bias)
// Range: |sum| < 2^31 for every prefix of a row, proven by lowering.
import { copyWeights } from "../weights"
import {
  BUFFER, CHUNK_DEPTH, DEPTH, ELEMENT, INPUT, IS_CORRECTED, IS_FLOAT, OUTPUT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_ZERO_POINT,
  RECORD_BYTES, requantize, SUMS, TAIL, UNITS, WEIGHTS, ZEROS
} from "./constants"

const WHOLE_DEPTH: usize = DEPTH & ~3
const TAIL_DEPTH: usize = DEPTH & 3
const RECORD_STRIDE: usize = RECORD_BYTES + (IS_CORRECTED ? 4 : 0)
const OUT_BYTES: usize = IS_FLOAT ? 4 : 1

export function run(): void {
  memory.fill(ZEROS, 0, 16)
  // Bytes of TAIL beyond the input meet weights of zero.
  if (TAIL_DEPTH > 0) memory.copy(TAIL, INPUT + WHOLE_DEPTH, TAIL_DEPTH)
  let total: i32 = 0
  if (IS_CORRECTED) total = sumRow()
  let source: usize = WEIGHTS
  let output: usize = OUTPUT
  do {
    const count = min(OUTPUT + UNITS * OUT_BYTES - output, 4 * OUT_BYTES) / OUT_BYTES
    source = accumulateBlock(source, count)
    finishUnits(count, output, total)
    output += count * OUT_BYTES
  } while (output != OUTPUT + UNITS * OUT_BYTES)
}

function sumRow(): i32 {
  let total: i32 = 0
  let input: usize = INPUT
  do {
    total += <i32>load<ELEMENT>(input)
    input++
  } while (input != INPUT + DEPTH)
  return total
}

/** Leaves four sums in SUMS and the records in BUFFER; returns where the segment goes on. */
function accumulateBlock(source: usize, count: usize): usize {
  let from: usize = ZEROS
  if (WHOLE_DEPTH > 0) {
    let input: usize = INPUT
    do {
      const bytes = min(INPUT + WHOLE_DEPTH - input, CHUNK_DEPTH)
      copyWeights(BUFFER, source, bytes * count)
      accumulateRow(input, input + bytes, BUFFER, count << 2, from)
      from = SUMS
      source += bytes * count
      input += bytes
    } while (input != INPUT + WHOLE_DEPTH)
  }
  const recordBytes = count * RECORD_STRIDE
  if (TAIL_DEPTH > 0) {
    copyWeights(BUFFER, source, (count << 2) + recordBytes)
    accumulateRow(TAIL, TAIL + 4, BUFFER, count << 2, from)
    source += count << 2
  } else {
    copyWeights(BUFFER, source, recordBytes)
  }
  return source + recordBytes
}

/** SUMS[u] = from[u] + sum over input..end of input[d] * weight[u][d], u = 0..3, a multiple of 4 depths, groups of `groupBytes` bytes. */
function accumulateRow(input: usize, end: usize, weights: usize, groupBytes: usize, from: usize): void {
  let sum0 = load<i32>(from)
  let sum1 = load<i32>(from, 4)
  let sum2 = load<i32>(from, 8)
  let sum3 = load<i32>(from, 12)
  do {
    const in0 = <i32>load<ELEMENT>(input)
    const in1 = <i32>load<ELEMENT>(input, 1)
    const in2 = <i32>load<ELEMENT>(input, 2)
    const in3 = <i32>load<ELEMENT>(input, 3)
    sum0 = sum0 + in0 * <i32>load<i8>(weights) + in1 * <i32>load<i8>(weights, 1) + in2 * <i32>load<i8>(weights, 2) + in3 * <i32>load<i8>(weights, 3)
    sum1 = sum1 + in0 * <i32>load<i8>(weights, 4) + in1 * <i32>load<i8>(weights, 5) + in2 * <i32>load<i8>(weights, 6) + in3 * <i32>load<i8>(weights, 7)
    sum2 = sum2 + in0 * <i32>load<i8>(weights, 8) + in1 * <i32>load<i8>(weights, 9) + in2 * <i32>load<i8>(weights, 10) + in3 * <i32>load<i8>(weights, 11)
    sum3 = sum3 + in0 * <i32>load<i8>(weights, 12) + in1 * <i32>load<i8>(weights, 13) + in2 * <i32>load<i8>(weights, 14) + in3 * <i32>load<i8>(weights, 15)
    weights += groupBytes
    input += 4
  } while (input != end)
  store<i32>(SUMS, sum0)
  store<i32>(SUMS, sum1, 4)
  store<i32>(SUMS, sum2, 8)
  store<i32>(SUMS, sum3, 12)
}

function finishUnits(count: usize, output: usize, total: i32): void {
  let record: usize = BUFFER + (TAIL_DEPTH > 0 ? count << 2 : 0)
  let sums: usize = SUMS
  const end = sums + (count << 2)
  do {
    let accumulator = load<i32>(record, 0, 1) + load<i32>(sums)
    if (IS_CORRECTED) accumulator -= load<i32>(record, RECORD_BYTES, 1) * total
    if (IS_FLOAT) {
      store<f32>(output, <f32>accumulator * load<f32>(record, 4, 1) + load<f32>(record, 8, 1))
    } else {
      store<u8>(output, <u8>requantize(accumulator, record, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
    }
    output += OUT_BYTES
    record += RECORD_STRIDE
    sums += 4
  } while (sums != end)
}
