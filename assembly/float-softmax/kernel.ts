// SPDX-License-Identifier: MIT-0
// float_softmax: over the rows x = values of input[outer][0..LENGTH-1][inner]:
//   e_j = exp(f32(x_j - max x)), S = their float32 sum in four lanes, y_j = f32(e_j * f32(1 / S)), or with IS_LOG
//   f32(f32(x_j - max x) - log S); then Q where the output is 8-bit.
// The lanes take the first LENGTH - LENGTH mod 4 values in turn and are joined crosswise; the others follow one by one.
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { expOfDifference } from "../exp"
import { logOfNormal } from "../log"
import { quantize } from "../quantize"
import {
  INPUT, OUTPUT, VALUES, SCRATCH, SEGMENT_BYTES, LOG_TABLE, IS_LOG, ROW, INPUT_IS_FLOAT, OUTPUT_IS_FLOAT, OUTER, LENGTH, INNER,
  OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

const WHOLE: usize = LENGTH - (LENGTH & 3)

export function run(): void {
  if (SEGMENT_BYTES > 0) copyWeights(IS_LOG ? LOG_TABLE : SCRATCH, VALUES, SEGMENT_BYTES)
  for (let outer: usize = 0; outer < OUTER; outer++) {
    for (let inner: usize = 0; inner < INNER; inner++) {
      softmaxOfRow(outer * (LENGTH * INNER) + inner)
    }
  }
}

function softmaxOfRow(start: usize): void {
  let greatest = valueOf(start)
  for (let j: usize = 1; j < LENGTH; j++) greatest = max<f32>(greatest, valueOf(start + j * INNER))
  for (let j: usize = 0; j < LENGTH; j++) {
    store<f32>(ROW + (j << 2), expOfDifference(valueOf(start + j * INNER) - greatest))
  }
  const sum = sumOfRow()
  const factor = IS_LOG ? logOfNormal(sum, LOG_TABLE) : <f32>1 / sum
  for (let j: usize = 0; j < LENGTH; j++) {
    const at = start + j * INNER
    const y = IS_LOG ? (valueOf(at) - greatest) - factor : load<f32>(ROW + (j << 2)) * factor
    if (OUTPUT_IS_FLOAT) storeFloat(OUTPUT + (at << 2), y)
    else store<u8>(OUTPUT + at, <u8>quantize(y, OUTPUT_SCALE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
  }
}

function valueOf(at: usize): f32 {
  if (INPUT_IS_FLOAT) return load<f32>(INPUT + (at << 2))
  return load<f32>(SCRATCH + (<usize>load<u8>(INPUT + at) << 2))
}

function sumOfRow(): f32 {
  let lane0: f32 = 0
  let lane1: f32 = 0
  let lane2: f32 = 0
  let lane3: f32 = 0
  for (let j: usize = 0; j < WHOLE; j += 4) {
    const at = ROW + (j << 2)
    lane0 += load<f32>(at)
    lane1 += load<f32>(at, 4)
    lane2 += load<f32>(at, 8)
    lane3 += load<f32>(at, 12)
  }
  let sum = (lane0 + lane2) + (lane1 + lane3)
  for (let j: usize = WHOLE; j < LENGTH; j++) sum += load<f32>(ROW + (j << 2))
  return sum
}
