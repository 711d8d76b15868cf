// SPDX-License-Identifier: MIT-0
// dequantize: output = f32((input - zero point) * scale), scale and zero point per channel.
//   Elements lie [OUTER][CHANNELS][INNER] in memory. Record of a channel: scale float32, zero point int32.
import { copyWeights } from "../weights"
import { dequantize } from "../quantize"
import { INPUT, OUTPUT, RECORDS, SCRATCH, OUTER, CHANNELS, INNER, QUANTUM } from "./constants"

const RECORD_BYTES: usize = 8

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  let record: usize = RECORDS
  do {
    copyWeights(SCRATCH, record, RECORD_BYTES)
    dequantizeChannel(input, output, load<f32>(SCRATCH), load<i32>(SCRATCH, 4))
    record += RECORD_BYTES
    input += INNER * sizeof<QUANTUM>()
    output += INNER << 2
  } while (output != OUTPUT + ((CHANNELS * INNER) << 2))
}

function dequantizeChannel(input: usize, output: usize, scale: f32, zeroPoint: i32): void {
  const rowsEnd = output + ((OUTER * CHANNELS * INNER) << 2)
  do {
    const rowEnd = output + (INNER << 2)
    do {
      store<f32>(output, dequantize(<i32>load<QUANTUM>(input), zeroPoint, scale))
      input += sizeof<QUANTUM>()
      output += 4
    } while (output != rowEnd)
    input += (CHANNELS - 1) * INNER * sizeof<QUANTUM>()
    output += ((CHANNELS - 1) * INNER) << 2
  } while (output != rowsEnd)
}
