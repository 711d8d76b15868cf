// SPDX-License-Identifier: MIT-0
// normalization of rows of LENGTH values x, in float32, every operation rounded once; then Q where the output is 8-bit.
//   IS_RUNNING: mean and squared deviations value by value; y = (x - mean) / deviation * gain[i] + bias[i] along the row.
//   else: mean, then variance; y = x * factor + shift with the row's own gain and bias (rows take the GAINS in turn).
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { dequantize, quantize } from "../quantize"
import {
  INPUT, OUTPUT, INPUT_ELEMENT, INPUT_KIND, INPUT_ZERO_POINT, INPUT_SCALE, SEGMENT, SEGMENT_BYTES, SCRATCH, GAIN, BIAS,
  HAS_BIAS, IS_RUNNING, ROWS, LENGTH, GAINS, EPSILON, OUTPUT_IS_FLOAT, OUTPUT_BYTES,
  OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

// INPUT_KIND
const FLOAT: i32 = 0
const AFFINE: i32 = 1

const SIZE: usize = sizeof<INPUT_ELEMENT>()
const COUNT: f32 = <f32>LENGTH

export function run(): void {
  copyWeights(SCRATCH, SEGMENT, SEGMENT_BYTES)
  let output: usize = OUTPUT
  for (let row: usize = 0; row < ROWS; row++) {
    if (IS_RUNNING) normalizeRunning(INPUT + row * LENGTH * SIZE, output)
    else normalizeTwice(INPUT + row * LENGTH * SIZE, output, (row % GAINS) << 2)
    output += LENGTH * OUTPUT_BYTES
  }
}

function normalizeRunning(input: usize, output: usize): void {
  let mean: f32 = 0
  let squares: f32 = 0
  for (let i: usize = 0; i < LENGTH; i++) {
    const x = valueAt(input + i * SIZE)
    const distance = x - mean
    mean += distance / <f32>(i + 1)
    squares += distance * (x - mean)
  }
  const deviation = sqrt<f32>(squares / COUNT + EPSILON)
  for (let i: usize = 0; i < LENGTH; i++) {
    let y = (valueAt(input + i * SIZE) - mean) / deviation * load<f32>(GAIN + (i << 2))
    if (HAS_BIAS) y += load<f32>(BIAS + (i << 2))
    write(output + i * OUTPUT_BYTES, y)
  }
}

function normalizeTwice(input: usize, output: usize, channel: usize): void {
  let sum: f32 = 0
  for (let i: usize = 0; i < LENGTH; i++) sum += valueAt(input + i * SIZE)
  const mean = sum / COUNT
  let squares: f32 = 0
  for (let i: usize = 0; i < LENGTH; i++) {
    const distance = valueAt(input + i * SIZE) - mean
    squares += distance * distance
  }
  const factor = <f32>1 / sqrt<f32>(squares / COUNT + EPSILON) * load<f32>(GAIN + channel)
  const shift = load<f32>(BIAS + channel) - mean * factor
  for (let i: usize = 0; i < LENGTH; i++) {
    write(output + i * OUTPUT_BYTES, valueAt(input + i * SIZE) * factor + shift)
  }
}

// @ts-ignore: decorator
@inline
function valueAt(cell: usize): f32 {
  if (INPUT_KIND == FLOAT) return load<f32>(cell)
  if (INPUT_KIND == AFFINE) return dequantize(<i32>load<INPUT_ELEMENT>(cell), INPUT_ZERO_POINT, INPUT_SCALE)
  return load<f32>(SCRATCH + (<usize>load<u8>(cell) << 2))
}

function write(output: usize, value: f32): void {
  if (OUTPUT_IS_FLOAT) storeFloat(output, value)
  else store<u8>(output, <u8>quantize(value, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
}
