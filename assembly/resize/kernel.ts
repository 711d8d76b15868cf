// SPDX-License-Identifier: MIT-0
// resize: linear interpolation in float32. For each output coordinate of an axis the segment has an entry of 16 bytes:
//   offsets of the two input coordinates around it, and their weights. The sum of the 4 (with HAS_Z 8) weighted values,
//   x fastest, then Q where the output is 8-bit, or truncation to an integer (TRUNCATES).
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { dequantize, quantize } from "../quantize"
import {
  INPUT, OUTPUT, INPUT_ELEMENT, INPUT_KIND, INPUT_ZERO_POINT, INPUT_SCALE, SEGMENT, SEGMENT_BYTES, SCRATCH,
  HAS_Z, Z_ENTRIES, Z_BYTES, Y_ENTRIES, Y_BYTES, X_ENTRIES, X_BYTES, OUTER, IMAGE_BYTES, TRUNCATES, OUTPUT_IS_FLOAT,
  OUTPUT_BYTES, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

// INPUT_KIND
const FLOAT: i32 = 0
const AFFINE: i32 = 1
// An entry: offsets of the first and the second coordinate, then their weights.
const SECOND: usize = 4
const FIRST_WEIGHT: usize = 8
const SECOND_WEIGHT: usize = 12

export function run(): void {
  copyWeights(SCRATCH, SEGMENT, SEGMENT_BYTES)
  let output: usize = OUTPUT
  for (let image: usize = INPUT; image != INPUT + OUTER * IMAGE_BYTES; image += IMAGE_BYTES) {
    for (let z: usize = Z_ENTRIES; z != Z_ENTRIES + Z_BYTES; z += 16) {
      for (let y: usize = Y_ENTRIES; y != Y_ENTRIES + Y_BYTES; y += 16) {
        for (let x: usize = X_ENTRIES; x != X_ENTRIES + X_BYTES; x += 16) {
          write(output, HAS_Z ? trilinear(image, z, y, x) : bilinear(image, y, x))
          output += OUTPUT_BYTES
        }
      }
    }
  }
}

function bilinear(image: usize, y: usize, x: usize): f32 {
  const top = image + <usize>load<u32>(y)
  const bottom = image + <usize>load<u32>(y, SECOND)
  const topWeight = load<f32>(y, FIRST_WEIGHT)
  const bottomWeight = load<f32>(y, SECOND_WEIGHT)
  let sum = load<f32>(x, FIRST_WEIGHT) * topWeight * first(top, x)
  sum += load<f32>(x, SECOND_WEIGHT) * topWeight * second(top, x)
  sum += load<f32>(x, FIRST_WEIGHT) * bottomWeight * first(bottom, x)
  sum += load<f32>(x, SECOND_WEIGHT) * bottomWeight * second(bottom, x)
  return sum
}

function trilinear(image: usize, z: usize, y: usize, x: usize): f32 {
  const front = image + <usize>load<u32>(z)
  const back = image + <usize>load<u32>(z, SECOND)
  const frontWeight = load<f32>(z, FIRST_WEIGHT)
  const backWeight = load<f32>(z, SECOND_WEIGHT)
  const topWeight = load<f32>(y, FIRST_WEIGHT)
  const bottomWeight = load<f32>(y, SECOND_WEIGHT)
  const top = <usize>load<u32>(y)
  const bottom = <usize>load<u32>(y, SECOND)
  const left = load<f32>(x, FIRST_WEIGHT)
  const right = load<f32>(x, SECOND_WEIGHT)
  let sum = left * topWeight * frontWeight * first(front + top, x)
  sum += right * topWeight * frontWeight * second(front + top, x)
  sum += left * bottomWeight * frontWeight * first(front + bottom, x)
  sum += right * bottomWeight * frontWeight * second(front + bottom, x)
  sum += left * topWeight * backWeight * first(back + top, x)
  sum += right * topWeight * backWeight * second(back + top, x)
  sum += left * bottomWeight * backWeight * first(back + bottom, x)
  sum += right * bottomWeight * backWeight * second(back + bottom, x)
  return sum
}

// @ts-ignore: decorator
@inline
function first(row: usize, x: usize): f32 {
  return valueAt(row + <usize>load<u32>(x))
}

// @ts-ignore: decorator
@inline
function second(row: usize, x: usize): f32 {
  return valueAt(row + <usize>load<u32>(x, SECOND))
}

// @ts-ignore: decorator
@inline
function valueAt(cell: usize): f32 {
  if (INPUT_KIND == FLOAT) return load<f32>(cell)
  if (INPUT_KIND == AFFINE) return dequantize(<i32>load<INPUT_ELEMENT>(cell), INPUT_ZERO_POINT, INPUT_SCALE)
  return load<f32>(SCRATCH + (<usize>load<u8>(cell) << 2))
}

function write(output: usize, value: f32): void {
  if (TRUNCATES) store<u8>(output, <u8><i32>value)
  else if (OUTPUT_IS_FLOAT) storeFloat(output, value)
  else store<u8>(output, <u8>quantize(value, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
}
