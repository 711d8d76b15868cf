// SPDX-License-Identifier: MIT-0
// From an accumulator to an output, by the requantizer that the block names.
import { requantizeFloat, requantizeFull, requantizePlain, requantizeWindow } from "../requantize"
import { clamp } from "../primitives"
import { Layer } from "./block"

/** Bytes of an output. */
export function outputSize(layer: Layer): usize {
  return layer.requantizer == 4 ? 4 : 1
}

/** `sum` without bias; `total`: the column's sum, for the correction. */
export function finish(layer: Layer, sum: i32, total: i32, record: usize, output: usize): void {
  let accumulator = load<i32>(record) + sum
  if (layer.isCorrected) accumulator -= load<i32>(record + layer.recordBytes - 4) * total
  if (layer.requantizer == 4) {
    store<f32>(output, <f32>accumulator * load<f32>(record, 4) + load<f32>(record, 8))
  } else {
    store<u8>(output, <u8>requantize(layer, accumulator, record))
  }
}

export function requantize(layer: Layer, accumulator: i32, record: usize): i32 {
  const zeroPoint = layer.outputZeroPoint, low = layer.outputMin, high = layer.outputMax
  switch (layer.requantizer) {
    case 0: return requantizePlain(accumulator, record, zeroPoint, low, high)
    case 1: return requantizeWindow(accumulator, record, zeroPoint, low, high)
    case 2: return requantizeFull(accumulator, record, zeroPoint, low, high)
    case 5: return clamp(roundDouble(accumulator, record) + zeroPoint, low, high)
    default: return requantizeFloat(accumulator, record, zeroPoint, low, high)
  }
}

/** A product's high half, halves up, then a shift, halves away from zero: [ bias | multiplier i32 | left u8 | right u8 ]. */
export function roundDouble(accumulator: i32, record: usize): i32 {
  const left = <i32>load<u8>(record, 8) & 31, right = <i32>load<u8>(record, 9) & 31
  const high = <i32>((<i64>(accumulator << left) * <i64>load<i32>(record, 4) + (<i64>1 << 31)) >> 32)
  const isNegative = high < 0 && right > 0
  return high + <i32>(<u32>1 << right >> 1) - <i32>isNegative >> right
}
