// SPDX-License-Identifier: MIT-0
// reduce: for each element of the output, the values of its group folded one by one, in the model's order, in float32;
//   then f32(sum / COUNT) of a mean, f32(sqrt) of a root, and Q where the output is 8-bit.
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { dequantize, quantize } from "../quantize"
import {
  INPUT, OUTPUT, INPUT_ELEMENT, INPUT_KIND, INPUT_ZERO_POINT, INPUT_SCALE, VALUES, SCRATCH, OPERATION, START, COUNT,
  KEPT_0, KEPT_1, KEPT_2, KEPT_STEP_0, KEPT_STEP_1, KEPT_STEP_2, OUTPUT_STEP_0, OUTPUT_STEP_1, OUTPUT_STEP_2,
  REDUCED_0, REDUCED_1, REDUCED_2, REDUCED_STEP_0, REDUCED_STEP_1, REDUCED_STEP_2,
  OUTPUT_IS_FLOAT, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

// INPUT_KIND
const FLOAT: i32 = 0
const AFFINE: i32 = 1
// OPERATION
const MEAN: i32 = 1
const ABSOLUTE_SUM: i32 = 2
const SQUARE_SUM: i32 = 3
const ROOT_SQUARE_SUM: i32 = 4
const PRODUCT: i32 = 5
const MAXIMUM: i32 = 6
const MINIMUM: i32 = 7

export function run(): void {
  if (INPUT_KIND > AFFINE) copyWeights(SCRATCH, VALUES, 1024)
  for (let i0: usize = 0; i0 < KEPT_0; i0++) {
    for (let i1: usize = 0; i1 < KEPT_1; i1++) {
      let input: usize = INPUT + i0 * KEPT_STEP_0 + i1 * KEPT_STEP_1
      let output: usize = OUTPUT + i0 * OUTPUT_STEP_0 + i1 * OUTPUT_STEP_1
      for (let i2: usize = 0; i2 < KEPT_2; i2++) {
        write(output, finish(fold(input)))
        input += KEPT_STEP_2
        output += OUTPUT_STEP_2
      }
    }
  }
}

function fold(group: usize): f32 {
  let result: f32 = START
  if (OPERATION == PRODUCT) result = 1
  if (OPERATION == ABSOLUTE_SUM || OPERATION == SQUARE_SUM || OPERATION == ROOT_SQUARE_SUM) result = 0
  if (OPERATION >= MAXIMUM) result = valueAt(group)
  for (let i0: usize = 0; i0 < REDUCED_0; i0++) {
    for (let i1: usize = 0; i1 < REDUCED_1; i1++) {
      let cell = group + i0 * REDUCED_STEP_0 + i1 * REDUCED_STEP_1
      for (let i2: usize = 0; i2 < REDUCED_2; i2++) {
        result = combine(result, valueAt(cell))
        cell += REDUCED_STEP_2
      }
    }
  }
  return result
}

// @ts-ignore: decorator
@inline
function combine(result: f32, x: f32): f32 {
  if (OPERATION == ABSOLUTE_SUM) return result + abs<f32>(x)
  if (OPERATION == SQUARE_SUM || OPERATION == ROOT_SQUARE_SUM) return result + x * x
  if (OPERATION == PRODUCT) return result * x
  if (OPERATION == MAXIMUM) return max<f32>(result, x)
  if (OPERATION == MINIMUM) return min<f32>(result, x)
  return result + x
}

function finish(result: f32): f32 {
  if (OPERATION == MEAN) return result / COUNT
  if (OPERATION == ROOT_SQUARE_SUM) return sqrt<f32>(result)
  return result
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
