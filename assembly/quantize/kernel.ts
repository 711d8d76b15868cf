// SPDX-License-Identifier: MIT-0
// quantize: output = clamp(round(f32(input / scale)) + zero point), scale and zero point per channel;
//   which rounding, ../quantize says.
//   Elements lie [OUTER][CHANNELS][INNER] in memory. Record of a channel: scale float32, zero point int32.
import { copyWeights } from "../weights"
import { INPUT, OUTPUT, RECORDS, SCRATCH, OUTER, CHANNELS, INNER, QUANTUM, quantize, OUTPUT_MIN, OUTPUT_MAX } from "./constants"

const RECORD_BYTES: usize = 8

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  let record: usize = RECORDS
  do {
    copyWeights(SCRATCH, record, RECORD_BYTES)
    quantizeChannel(input, output, load<f32>(SCRATCH), load<i32>(SCRATCH, 4))
    record += RECORD_BYTES
    input += INNER << 2
    output += INNER * sizeof<QUANTUM>()
  } while (output != OUTPUT + CHANNELS * INNER * sizeof<QUANTUM>())
}

function quantizeChannel(input: usize, output: usize, scale: f32, zeroPoint: i32): void {
  const rowsEnd = output + OUTER * CHANNELS * INNER * sizeof<QUANTUM>()
  do {
    const rowEnd = output + INNER * sizeof<QUANTUM>()
    do {
      store<QUANTUM>(output, <QUANTUM>quantize(load<f32>(input), scale, zeroPoint, OUTPUT_MIN, OUTPUT_MAX))
      input += 4
      output += sizeof<QUANTUM>()
    } while (output != rowEnd)
    input += ((CHANNELS - 1) * INNER) << 2
    output += (CHANNELS - 1) * INNER * sizeof<QUANTUM>()
  } while (output != rowsEnd)
}
