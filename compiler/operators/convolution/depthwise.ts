// SPDX-License-Identifier: Apache-2.0
// Lowers a convolution whose sums run over one input channel to the kernel assembly/depthwise: cuts the output into
// tiles, two of which share the kernel's patch, and the window into runs of taps.
import type { KernelConstant, ProgramTensor, Step } from '../../codegen/program.js'
import { bytesOf, joinBytes } from '../segment.js'
import { areaOf, type Geometry, type Plane, pixelsOf } from './geometry.js'
import { type LoweredChannels, lowerChannels, type SumOfProducts } from './output-channels.js'

/** A patch has 8 bytes per element. Beyond the limit the kernel for any group does the layer with less scratch. */
const PATCH_BYTES = 1280
const LARGEST_PATCH_BYTES = 2560
const MOST_UNROLLED = 9
/** With one input channel in all and larger windows, the kernel for any group executes less. */
const LARGEST_WINDOW_OF_ONE_CHANNEL = 18

export interface DepthwiseLayer {
  readonly node: { readonly name: string; readonly operator: string }
  readonly input: ProgramTensor
  readonly output: ProgramTensor
  readonly geometry: Geometry
  readonly sum: Omit<SumOfProducts, 'wideWeights'>
}

export function isDepthwise(geometry: Geometry): boolean {
  if (geometry.group !== geometry.inChannels) return false
  if (geometry.group === 1 && areaOf(geometry.kernel) > LARGEST_WINDOW_OF_ONE_CHANNEL) return false
  return patchBytes(geometry, { height: 1, width: 1 }) <= LARGEST_PATCH_BYTES
}

export function lowerDepthwise(layer: DepthwiseLayer): Step {
  const { node, input, output, geometry } = layer
  const channels = lowerChannels(liftInput(layer.sum))
  const tile = chooseTile(geometry)
  const runs = cutWindow(geometry)
  const patch = patchBytes(geometry, tile) + unusedBytes(geometry, runs)
  const { segment, channelBytes } = layOut(channels, runs)
  return {
    name: node.name,
    operator: node.operator,
    kernel: 'depthwise',
    constants: {
      ELEMENT: { kind: 'type', value: input.type === 'int8' ? 'i8' : 'u8' },
      WEIGHT: { kind: 'type', value: isWide(channels) ? 'i16' : 'i8' },
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      WEIGHTS: { kind: 'segment', offset: 0 },
      PATCH: { kind: 'scratch', offset: 0 },
      BUFFER: { kind: 'scratch', offset: patch },
      ...sizeConstants(geometry, tile),
      ...runConstants(geometry, tile, runs),
      INPUT_ZERO_POINT: { kind: 'i32', value: layer.sum.inputZeroPoint },
      ...channels.constants,
    },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: alignUp(patch + channelBytes, 8),
    segment,
    macs: pixelsOf(geometry) * geometry.outChannels * areaOf(geometry.kernel),
    weightBytes: geometry.outChannels * (areaOf(geometry.kernel) * (isWide(channels) ? 2 : 1) + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
  }
}

const alignUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

const isWide = ({ weights }: LoweredChannels): boolean => weights[0] instanceof Int16Array

/** The kernel adds 128 to int8 elements. */
const liftInput = (sum: DepthwiseLayer['sum']): SumOfProducts => ({
  ...sum,
  inputType: 'uint8',
  inputZeroPoint: sum.inputZeroPoint + (sum.inputType === 'int8' ? 128 : 0),
  wideWeights: 'widened',
})

/** Input rows and columns under a tile. */
function patchOf({ stride, kernel, dilation }: Geometry, tile: Plane): Plane {
  const extent = (axis: 'height' | 'width') =>
    (tile[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
  return { height: extent('height'), width: extent('width') }
}

const patchBytes = (geometry: Geometry, tile: Plane): number => 8 * areaOf(patchOf(geometry, tile))

/** The tile with the least estimated fuel (wasmtime) for one channel, among those whose patch is small enough. */
function chooseTile(geometry: Geometry): Plane {
  const { output, batch } = geometry
  let best = { height: 1, width: 1 }
  let bestCost = Number.POSITIVE_INFINITY
  for (const height of partsOf(output.height)) {
    for (const width of partsOf(output.width)) {
      const tile = { height, width }
      const bytes = patchBytes(geometry, tile)
      if (bytes > PATCH_BYTES && areaOf(tile) > 1) continue
      const tiles = batch * Math.ceil(output.height / height) * Math.ceil(output.width / width)
      const pairCost = 18 * (bytes / 8) + areaOf(tile) * 150 + 12 * height + 150
      const cost = Math.ceil(tiles / 2) * pairCost
      if (cost < bestCost) [best, bestCost] = [tile, cost]
    }
  }
  return best
}

/** Sizes that cut `length` into equal parts but for the last one's overlap. */
const partsOf = (length: number): number[] => [
  ...new Set(Array.from({ length }, (_, index) => Math.ceil(length / (index + 1)))),
]

interface Runs {
  readonly unrolled: number
  /** Runs down and along the window. */
  readonly repeatsY: number
  readonly repeatsX: number
  /** Kernel row and column of each tap of the first run. */
  readonly taps: readonly { readonly row: number; readonly column: number }[]
}

/** One run for the whole window if it has at most nine taps, else equal runs within each row. */
function cutWindow({ kernel }: Geometry): Runs {
  const isOne = areaOf(kernel) <= MOST_UNROLLED
  const repeatsX = isOne ? 1 : Math.ceil(kernel.width / MOST_UNROLLED)
  const unrolled = isOne ? areaOf(kernel) : Math.ceil(kernel.width / repeatsX)
  const taps = Array.from({ length: unrolled }, (_, tap) =>
    isOne ? { row: Math.floor(tap / kernel.width), column: tap % kernel.width } : { row: 0, column: tap },
  )
  return { unrolled, repeatsY: isOne ? 1 : kernel.height, repeatsX, taps }
}

/** Unused taps are read beyond the patch's last element. */
const unusedBytes = ({ kernel, dilation }: Geometry, { repeatsY, repeatsX, unrolled }: Runs): number =>
  (8 * dilation.width * (repeatsY * repeatsX * unrolled - areaOf(kernel))) / repeatsY

const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })

function sizeConstants(geometry: Geometry, tile: Plane): Record<string, KernelConstant> {
  const { input, output, stride, pad } = geometry
  const patch = patchOf(geometry, tile)
  const tilesY = Math.ceil(output.height / tile.height)
  const tilesX = Math.ceil(output.width / tile.width)
  return {
    IN_HEIGHT: i32(input.height),
    IN_WIDTH: i32(input.width),
    CHANNELS: usize(geometry.inChannels),
    MULTIPLIER: usize(geometry.outChannels / geometry.inChannels),
    OUT_HEIGHT: i32(output.height),
    OUT_WIDTH: i32(output.width),
    TILES: i32(geometry.batch * tilesY * tilesX),
    TILES_Y: i32(tilesY),
    TILES_X: i32(tilesX),
    TILE_HEIGHT: i32(tile.height),
    TILE_WIDTH: i32(tile.width),
    PATCH_HEIGHT: i32(patch.height),
    PATCH_WIDTH: i32(patch.width),
    STRIDE_Y: i32(stride.height),
    STRIDE_X: i32(stride.width),
    PAD_Y: i32(pad.height),
    PAD_X: i32(pad.width),
    IS_PADDED: { kind: 'bool', value: geometry.isPadded },
  }
}

function runConstants(geometry: Geometry, tile: Plane, runs: Runs): Record<string, KernelConstant> {
  const { dilation } = geometry
  const rowBytes = 8 * patchOf(geometry, tile).width
  const places = Array.from({ length: MOST_UNROLLED }, (_, tap) => {
    const { row, column } = runs.taps[tap] ?? { row: 0, column: 0 }
    return row * dilation.height * rowBytes + column * dilation.width * 8
  })
  return {
    UNROLLED: usize(runs.unrolled),
    REPEATS_Y: usize(runs.repeatsY),
    REPEATS_X: usize(runs.repeatsX),
    REPEAT_BYTES_Y: usize(dilation.height * rowBytes),
    REPEAT_BYTES_X: usize(runs.unrolled * dilation.width * 8),
    ...Object.fromEntries(places.slice(1).map((place, index) => [`TAP_${index + 1}`, usize(place)])),
  }
}

/** Per output channel: record, then the weights run by run, unused taps 0. */
function layOut(channels: LoweredChannels, runs: Runs) {
  const rows = channels.weights.map((weights, channel) =>
    joinBytes([channels.records[channel]!, bytesOf(padRows(weights, runs))]),
  )
  return { segment: joinBytes(rows), channelBytes: rows[0]!.length }
}

function padRows(
  weights: Int8Array | Int16Array,
  { repeatsY, repeatsX, unrolled }: Runs,
): Int8Array | Int16Array {
  const rowLength = weights.length / repeatsY
  const padded = repeatsX * unrolled
  const result =
    weights instanceof Int8Array ? new Int8Array(repeatsY * padded) : new Int16Array(repeatsY * padded)
  for (let row = 0; row < repeatsY; row++) {
    result.set(weights.subarray(row * rowLength, (row + 1) * rowLength), row * padded)
  }
  return result
}
