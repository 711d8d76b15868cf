// SPDX-License-Identifier: MIT-0
// From an accumulator to an output, by the requantizer that the block names.
import { requantizeFloat, requantizeFull, requantizePlain, requantizeWindow } from "../requantize"
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
    default: return requantizeFloat(accumulator, record, zeroPoint, low, high)
  }
}
