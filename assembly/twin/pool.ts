// SPDX-License-Identifier: MIT-0
// pool: the greatest element of each window's cells inside the image, or their requantized mean.
import { Layer } from "./block"
import { clamp } from "../primitives"
import { requantize } from "./finish"

export function pool(layer: Layer, input: usize, output: usize): void {
  for (let image = 0; image < layer.batch; image++) {
    for (let y = 0; y < layer.outHeight; y++) {
      for (let x = 0; x < layer.outWidth; x++) {
        for (let channel = 0; channel < layer.inChannels; channel++) {
          store<u8>(output, <u8>poolCells(layer, input, image, y, x, channel))
          output++
        }
      }
    }
  }
}

function poolCells(layer: Layer, input: usize, image: i32, y: i32, x: i32, channel: i32): i32 {
  const top = y * layer.strideY - layer.padY, left = x * layer.strideX - layer.padX
  let sum = 0, greatest = i32.MIN_VALUE, cells = 0
  for (let row = 0; row < layer.windowHeight; row++) {
    const inY = top + row * layer.dilationY
    if (<u32>inY >= <u32>layer.inHeight) continue
    for (let column = 0; column < layer.windowWidth; column++) {
      const inX = left + column * layer.dilationX
      if (<u32>inX >= <u32>layer.inWidth) continue
      const place = input + <usize>(((image * layer.inHeight + inY) * layer.inWidth + inX) * layer.inChannels + channel)
      const element = layer.isUnsigned ? <i32>load<u8>(place) : <i32>load<i8>(place)
      sum += element
      greatest = max(greatest, element)
      cells++
    }
  }
  if (layer.records == 0) return greatest
  if (layer.requantizer == 6) {
    const half = cells >> 1
    return clamp((sum > 0 ? sum + half : sum - half) / cells, layer.outputMin, layer.outputMax)
  }
  const record = layer.contents + <usize>((layer.records == 1 ? 0 : cells - 1) * layer.recordBytes)
  return requantize(layer, load<i32>(record) + sum, record)
}
