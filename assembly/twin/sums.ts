// SPDX-License-Identifier: MIT-0
// Every output by its definition: a loop over its window. No blocking, no columns; it is what the others must equal.
import { channelBytes, Layer } from "./block"
import { finish, outputSize } from "./finish"

const OUTSIDE: usize = usize.MAX_VALUE

/** Address of the input's first channel at (y, x) of an image; OUTSIDE in the padding. */
function pixelAt(layer: Layer, input: usize, image: i32, y: i32, x: i32): usize {
  if (<u32>y >= <u32>layer.inHeight || <u32>x >= <u32>layer.inWidth) return OUTSIDE
  return input + <usize>(((image * layer.inHeight + y) * layer.inWidth + x) * layer.inChannels)
}

// @ts-ignore: decorator
@inline function element(place: usize, isUnsigned: bool): i32 {
  return isUnsigned ? <i32>load<u8>(place) : <i32>load<i8>(place)
}

/** Sums over a window and the channels of a group: `convolution` and, as a window of 1x1, `fully_connected`. */
export function convolve(layer: Layer, input: usize, output: usize): void {
  const groupOut = layer.outChannels / layer.groups
  for (let image = 0; image < layer.batch; image++) {
    for (let y = 0; y < layer.outHeight; y++) {
      for (let x = 0; x < layer.outWidth; x++) {
        for (let channel = 0; channel < layer.outChannels; channel++) {
          convolvePixel(layer, input, output, image, y, x, channel, channel % groupOut)
          output += outputSize(layer)
        }
      }
    }
  }
}

function convolvePixel(layer: Layer, input: usize, output: usize, image: i32, y: i32, x: i32, channel: i32, ofGroup: i32): void {
  const groupIn = layer.inChannels / layer.groups, groupOut = layer.outChannels / layer.groups
  const depthBytes = layer.depth + 3 & ~3
  const firstIn = channel / groupOut * groupIn
  const lane = ofGroup & 3
  const block = layer.contents + <usize>((channel - lane) * (layer.recordBytes + depthBytes))
  const lanes = min(4, groupOut - (ofGroup - lane))
  const weights = block + <usize>(lanes * layer.recordBytes + lane * 4)
  const top = y * layer.strideY - layer.padY, left = x * layer.strideX - layer.padX
  const padding = layer.inputZeroPoint, isUnsigned = layer.isUnsigned
  let sum = 0, total = 0, depth = 0
  for (let row = 0; row < layer.windowHeight; row++) {
    for (let column = 0; column < layer.windowWidth; column++) {
      const pixel = pixelAt(layer, input, image, top + row * layer.dilationY, left + column * layer.dilationX)
      for (let c = 0; c < groupIn; c++) {
        const value = pixel == OUTSIDE ? padding : element(pixel + <usize>(firstIn + c), isUnsigned)
        sum += value * <i32>load<i8>(weights + <usize>((depth >> 2) * lanes * 4 + (depth & 3)))
        total += value
        depth++
      }
    }
  }
  finish(layer, sum, total, block + <usize>(lane * layer.recordBytes), output)
}

/** Sums over a window of one channel. */
export function convolveDepthwise(layer: Layer, input: usize, output: usize): void {
  const multiplier = layer.outChannels / layer.inChannels
  for (let image = 0; image < layer.batch; image++) {
    for (let y = 0; y < layer.outHeight; y++) {
      for (let x = 0; x < layer.outWidth; x++) {
        for (let channel = 0; channel < layer.outChannels; channel++) {
          const record = layer.contents + <usize>channel * <usize>channelBytes(layer)
          const sum = sumWindow(layer, input, image, y, x, channel / multiplier, record + layer.recordBytes)
          finish(layer, sum, 0, record, output)
          output++
        }
      }
    }
  }
}

function sumWindow(layer: Layer, input: usize, image: i32, y: i32, x: i32, channel: i32, weights: usize): i32 {
  const top = y * layer.strideY - layer.padY, left = x * layer.strideX - layer.padX
  let sum = 0
  for (let row = 0; row < layer.windowHeight; row++) {
    for (let column = 0; column < layer.windowWidth; column++) {
      const pixel = pixelAt(layer, input, image, top + row * layer.dilationY, left + column * layer.dilationX)
      const value = pixel == OUTSIDE ? layer.inputZeroPoint : element(pixel + channel, layer.isUnsigned)
      sum += value * (layer.isWide ? <i32>load<i16>(weights) : <i32>load<i8>(weights))
      weights += layer.isWide ? 2 : 1
    }
  }
  return sum
}
