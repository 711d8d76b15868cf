// SPDX-License-Identifier: MIT-0
// From sums to outputs, for two pixels: output = requantize(bias + sum - correction * total of the column).
//   Record of a channel: [ what ../requantize reads (bias first) | correction i32 if IS_CORRECTED ]
//   IS_FLOAT: record [ bias i32 | multiplier f32 | float bias f32 ],  output = f32(f32(f32(accumulator) * multiplier) + float bias)
import { firstOf, secondOf } from "../pixel-pairs"
import { IS_CORRECTED, IS_FLOAT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_ZERO_POINT, RECORD_BYTES, requantize, TOTAL } from "./constants"

/** `channels` >= 1 channels: their sums, records and outputs lie one behind the other. */
export function finishChannels(sums: usize, records: usize, channels: usize, firstOutput: usize, secondOutput: usize): void {
  const end = sums + (channels << 3)
  do {
    const sum = load<i64>(sums)
    const bias = load<i32>(records, 0, 1)
    let first = bias + firstOf(sum)
    let second = bias + secondOf(sum)
    if (IS_CORRECTED) {
      const correction = load<i32>(records, RECORD_BYTES, 1)
      const total = load<i64>(TOTAL)
      first -= correction * firstOf(total)
      second -= correction * secondOf(total)
    }
    finish(first, records, firstOutput)
    finish(second, records, secondOutput)
    sums += 8
    records += RECORD_BYTES + (IS_CORRECTED ? 4 : 0)
    firstOutput += IS_FLOAT ? 4 : 1
    secondOutput += IS_FLOAT ? 4 : 1
  } while (sums != end)
}

// @ts-ignore: decorator
@inline function finish(accumulator: i32, record: usize, output: usize): void {
  if (IS_FLOAT) {
    store<f32>(output, <f32>accumulator * load<f32>(record, 4, 1) + load<f32>(record, 8, 1))
  } else {
    store<u8>(output, <u8>requantize(accumulator, record, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
  }
}
