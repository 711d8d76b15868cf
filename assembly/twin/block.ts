// SPDX-License-Identifier: MIT-0
// Reads a parameter block and checks everything that docs/kernels.md demands of it, in the order in which it can be
// computed without overflow. The same checks as targets/kernels/block.c.
import { inMemory, inSegment, memoryBytes, segment, segmentBytes, spare } from "./host"

/** The layer of the current call; there is one at a time. Fields as in the block; height and width apart. */
// @ts-ignore: decorator
@unmanaged export class Layer {
  requantizer: i32
  isUnsigned: bool
  isCorrected: bool
  isWide: bool
  inputZeroPoint: i32
  outputZeroPoint: i32
  outputMin: i32
  outputMax: i32
  batch: i32
  groups: i32
  inChannels: i32
  outChannels: i32
  inHeight: i32
  inWidth: i32
  outHeight: i32
  outWidth: i32
  windowHeight: i32
  windowWidth: i32
  strideY: i32
  strideX: i32
  dilationY: i32
  dilationX: i32
  padY: i32
  padX: i32
  /** Products per output. */
  depth: i32
  /** Of a pool: how many records follow the block. */
  records: i32
  /** Of a record, correction included. */
  recordBytes: i32
  /** Address in this module's memory of what follows the block. */
  contents: usize
}

const WINDOW_BLOCK: u64 = 48
const ROW_BLOCK: u64 = 20
const FARTHEST: i64 = 1 << 20

function recordSize(requantizer: i32): i32 {
  return requantizer == 1 ? 16 : requantizer == 3 ? 8 : requantizer == 6 ? 0 : 12
}

function readHead(layer: Layer, at: usize, kernel: i32): bool {
  const flags = <i32>load<u8>(at, 3)
  layer.requantizer = load<u8>(at, 1)
  layer.isUnsigned = load<u8>(at, 2) == 1
  layer.isCorrected = (flags & 1) != 0
  layer.isWide = (flags & 2) != 0
  layer.inputZeroPoint = load<i16>(at, 4)
  layer.outputZeroPoint = load<i16>(at, 6)
  layer.outputMin = load<i16>(at, 8)
  layer.outputMax = load<i16>(at, 10)
  layer.recordBytes = recordSize(layer.requantizer) + (layer.isCorrected ? 4 : 0)
  return load<u8>(at) == kernel && layer.requantizer <= (kernel == 4 ? 6 : 5) && load<u8>(at, 2) <= 1 && flags <= 3
    && isLevel(layer.inputZeroPoint) && isLevel(layer.outputZeroPoint) && isLevel(layer.outputMin) && isLevel(layer.outputMax)
    && layer.outputMin <= layer.outputMax
}

function isLevel(value: i32): bool {
  return value >= -128 && value <= 255
}

function readSizes(layer: Layer, at: usize): bool {
  layer.batch = load<u16>(at, 12)
  layer.groups = load<u16>(at, 14)
  layer.inChannels = load<u16>(at, 16)
  layer.outChannels = load<u16>(at, 18)
  layer.inHeight = load<u16>(at, 20)
  layer.inWidth = load<u16>(at, 22)
  layer.outHeight = load<u16>(at, 24)
  layer.outWidth = load<u16>(at, 26)
  layer.windowHeight = load<u16>(at, 28)
  layer.windowWidth = load<u16>(at, 30)
  layer.strideY = load<u16>(at, 32)
  layer.strideX = load<u16>(at, 34)
  layer.dilationY = load<u16>(at, 36)
  layer.dilationX = load<u16>(at, 38)
  layer.padY = load<u16>(at, 40)
  layer.padX = load<u16>(at, 42)
  for (let field: usize = 12; field < 40; field += 2) {
    if (load<u16>(at + field) == 0) return false
  }
  return layer.inChannels % layer.groups == 0 && layer.outChannels % layer.groups == 0
    && isNear(layer.outHeight, layer.strideY) && isNear(layer.outWidth, layer.strideX)
    && isNear(layer.windowHeight, layer.dilationY) && isNear(layer.windowWidth, layer.dilationX)
}

function isNear(count: i32, step: i32): bool {
  return <i64>(count - 1) * <i64>step < FARTHEST
}

/** Input, output and scratch within linear memory. */
function checkRanges(layer: Layer, input: u32, output: u32, scratch: u32, scratchBytes: u64): bool {
  const inputs = <u64>layer.batch * <u64>layer.inHeight * <u64>layer.inWidth * <u64>layer.inChannels
  const outputs = <u64>layer.batch * <u64>layer.outHeight * <u64>layer.outWidth * <u64>layer.outChannels
  if (outputs > <u64>memoryBytes) return false
  return inMemory(input, inputs) && inMemory(output, layer.requantizer == 4 ? outputs * 4 : outputs)
    && scratch % 4 == 0 && inMemory(scratch, scratchBytes)
}

/** null: refused. */
export function readConvolution(parameters: u32, input: u32, output: u32, scratch: u32): Layer | null {
  if (!inSegment(parameters, WINDOW_BLOCK)) return null
  const at = segment + parameters
  const layer = changetype<Layer>(spare)
  if (!readHead(layer, at, 1) || layer.isWide || !readSizes(layer, at)) return null
  const depth = <u64>layer.windowHeight * <u64>layer.windowWidth * <u64>(layer.inChannels / layer.groups)
  if (depth > <u64>segmentBytes) return null
  layer.depth = <i32>depth
  const chunk = <u64>load<u16>(at, 44)
  if (chunk == 0 || chunk % 4 != 0 || load<u16>(at, 46) != 0) return null
  const contents = <u64>layer.outChannels * (<u64>layer.recordBytes + (depth + 3 & ~3))
  if (!inSegment(parameters, WINDOW_BLOCK + contents)) return null
  layer.contents = at + <usize>WINDOW_BLOCK
  const sums = depth > chunk ? 8 * <u64>(layer.outChannels / layer.groups + 3 & ~3) : 0
  return checkRanges(layer, input, output, scratch, 5 * chunk + sums) ? layer : null
}

/** null: refused. */
export function readDepthwise(parameters: u32, input: u32, output: u32, scratch: u32): Layer | null {
  if (!inSegment(parameters, WINDOW_BLOCK)) return null
  const at = segment + parameters
  const layer = changetype<Layer>(spare)
  if (!readHead(layer, at, 2) || layer.isCorrected || layer.requantizer == 4 || !readSizes(layer, at)) return null
  if (layer.groups != layer.inChannels) return null
  const taps = <u64>layer.windowHeight * <u64>layer.windowWidth
  if (taps > <u64>segmentBytes) return null
  layer.depth = <i32>taps
  const tileHeight = <u64>load<u16>(at, 44), tileWidth = <u64>load<u16>(at, 46)
  if (tileHeight == 0 || tileWidth == 0 || tileHeight > <u64>layer.outHeight || tileWidth > <u64>layer.outWidth) return null
  const contents = <u64>layer.outChannels * channelBytes(layer)
  if (!inSegment(parameters, WINDOW_BLOCK + contents)) return null
  layer.contents = at + <usize>WINDOW_BLOCK
  const rows = (tileHeight - 1) * <u64>layer.strideY + <u64>(layer.windowHeight - 1) * <u64>layer.dilationY + 1
  const columns = (tileWidth - 1) * <u64>layer.strideX + <u64>(layer.windowWidth - 1) * <u64>layer.dilationX + 1
  const bytes = tileHeight > tileWidth
    ? 2 * columns * lineLength(rows) + 2 * <u64>layer.windowWidth * lineLength(<u64>layer.windowHeight)
    : 2 * rows * lineLength(columns) + 2 * <u64>layer.windowHeight * lineLength(<u64>layer.windowWidth)
  return checkRanges(layer, input, output, scratch, bytes) ? layer : null
}

function lineLength(elements: u64): u64 {
  return (elements + 1 & ~1) + 2
}

/** Record and weights of a channel, depthwise. */
export function channelBytes(layer: Layer): u64 {
  return <u64>layer.recordBytes + ((<u64>layer.depth * (layer.isWide ? 2 : 1)) + 3 & ~3)
}

/** null: refused. `records` of the layer: how many follow the block, 0 for the maximum. */
export function readPool(parameters: u32, input: u32, output: u32): Layer | null {
  if (!inSegment(parameters, WINDOW_BLOCK)) return null
  const at = segment + parameters
  const layer = changetype<Layer>(spare)
  if (!readHead(layer, at, 4) || load<u8>(at, 3) != 0 || layer.requantizer == 4 || !readSizes(layer, at)) return null
  if (layer.groups != 1 || layer.inChannels != layer.outChannels || load<u16>(at, 46) != 0) return null
  layer.records = load<u16>(at, 44)
  if (layer.requantizer == 6 && layer.records > 1) return null
  const rows = mostTaps(layer.outHeight, layer.strideY, layer.padY, layer.windowHeight, layer.dilationY, layer.inHeight)
  const columns = mostTaps(layer.outWidth, layer.strideX, layer.padX, layer.windowWidth, layer.dilationX, layer.inWidth)
  if (rows == 0 || columns == 0) return null
  if (layer.records > 1 && <u64>rows * <u64>columns > <u64>layer.records) return null
  if (!inSegment(parameters, WINDOW_BLOCK + <u64>layer.records * <u64>layer.recordBytes)) return null
  layer.contents = at + <usize>WINDOW_BLOCK
  return checkRanges(layer, input, output, 0, 0) ? layer : null
}

/** The largest number of a window's taps inside the image, on one axis; 0 where some window has none. */
function mostTaps(outputs: i32, stride: i32, pad: i32, taps: i32, dilation: i32, size: i32): i32 {
  let most = 0
  for (let output = 0; output < outputs; output++) {
    let count = 0
    for (let tap = 0; tap < taps; tap++) {
      const place = output * stride - pad + tap * dilation
      if (place >= 0 && place < size) count++
    }
    if (count == 0) return 0
    most = max(most, count)
  }
  return most
}

/** null: refused. The row is the single pixel of a 1x1 window. */
export function readRow(parameters: u32, input: u32, output: u32): Layer | null {
  if (!inSegment(parameters, ROW_BLOCK)) return null
  const at = segment + parameters
  const layer = changetype<Layer>(spare)
  if (!readHead(layer, at, 3) || layer.isWide) return null
  const depth = load<u32>(at, 12), units = load<u32>(at, 16)
  if (depth == 0 || units == 0 || depth > segmentBytes || units > segmentBytes) return null
  const contents = <u64>units * (<u64>layer.recordBytes + (<u64>depth + 3 & ~3))
  if (!inSegment(parameters, ROW_BLOCK + contents)) return null
  layer.contents = at + <usize>ROW_BLOCK
  layer.depth = depth
  layer.inChannels = depth
  layer.outChannels = units
  layer.padY = layer.padX = 0
  layer.batch = layer.groups = 1
  layer.inHeight = layer.inWidth = layer.outHeight = layer.outWidth = 1
  layer.windowHeight = layer.windowWidth = 1
  layer.strideY = layer.strideX = layer.dilationY = layer.dilationX = 1
  return checkRanges(layer, input, output, 0, 0) ? layer : null
}
