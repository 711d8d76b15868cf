// SPDX-License-Identifier: MIT-0
// global_average_pool: output[n][c] = requantize(bias + sum over the pixels of input[n][pixel][c])
//   input [BATCHES][PIXELS][CHANNELS] of ELEMENT, output [BATCHES][CHANNELS] likewise
// The record's bias is -PIXELS * input zero point. Range: |accumulator| <= PIXELS * 255 (i16: 65535) < 2^31; lowering rejects more pixels.
import { copyWeights } from "../weights"
import {
  INPUT, OUTPUT, ELEMENT, BATCHES, PIXELS, CHANNELS, RECORD, SCRATCH, RECORD_BYTES, requantize,
  OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

const SIZE: usize = sizeof<ELEMENT>()
const PIXEL: usize = CHANNELS * SIZE
const IMAGE: usize = PIXELS * PIXEL

export function run(): void {
  copyWeights(SCRATCH, RECORD, RECORD_BYTES)
  let output: usize = OUTPUT
  for (let image: usize = INPUT; image != INPUT + BATCHES * IMAGE; image += IMAGE) {
    for (let first = image; first != image + PIXEL; first += SIZE) {
      let accumulator = load<i32>(SCRATCH)
      let cell = first
      do {
        accumulator += <i32>load<ELEMENT>(cell)
        cell += PIXEL
      } while (cell != first + IMAGE)
      store<ELEMENT>(output, <ELEMENT>requantize(accumulator, SCRATCH, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
      output += SIZE
    }
  }
}
