// SPDX-License-Identifier: Apache-2.0
// Lowers a convolution to the kernel assembly/convolution: chooses how columns and weights are cut so that scratch stays
// small, and lays the weights out in the order in which the kernel reads them (its first lines draw that order).
import type { KernelConstant, ProgramTensor, Step } from '../../codegen/program.js'
import { joinBytes } from '../segment.js'
import { areaOf, type Geometry, pixelsOf } from './geometry.js'
import type { LoweredChannels } from './output-channels.js'

/** Columns up to this depth stay whole; longer ones go through scratch in chunks. 8 bytes per element of a column. */
const WHOLE_DEPTH = 192
const CHUNK_DEPTH = 128
/** Weights and records that stay in scratch for all pixels. */
const RESIDENT_BYTES = 1200
/** Channels whose sums wait in scratch while chunks go by, 8 bytes each. */
const CHUNKED_CHANNELS = 128

export interface DenseLayer {
  readonly node: { readonly name: string; readonly operator: string }
  readonly input: ProgramTensor
  readonly output: ProgramTensor
  readonly geometry: Geometry
  readonly channels: LoweredChannels
  readonly inputZeroPoint: number
}

export function lowerDense(layer: DenseLayer): Step {
  const { node, input, output, geometry, channels } = layer
  const cut = cutColumns(geometry, channels)
  const scratch = placeScratch(geometry, channels, cut)
  const depth = depthOf(geometry)
  return {
    name: node.name,
    operator: node.operator,
    kernel: 'convolution',
    constants: { ...constantsOf(layer, cut), ...channels.constants, ...scratch.constants },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: scratch.bytes,
    segment: layOut(geometry, channels, cut),
    macs: pixelsOf(geometry) * geometry.outChannels * depth,
    weightBytes: geometry.outChannels * (depth + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
  }
}

const alignUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

const depthOf = (geometry: Geometry): number =>
  (areaOf(geometry.kernel) * geometry.inChannels) / geometry.group

interface Cut {
  readonly isPointwise: boolean
  readonly isGathered: boolean
  readonly isResident: boolean
  readonly isChunked: boolean
  readonly tileChannels: number
  /** Parts of the window's element at one place, and channels of each but the last. */
  readonly parts: number
  readonly partChannels: number
  /** Depths of the chunks, in order; one chunk holds the whole column unless isChunked. */
  readonly chunks: readonly number[]
}

/** Fuel of wasmtime per pair of pixels decides (about 1 per executed operation and per byte copied). */
function cutColumns(geometry: Geometry, channels: LoweredChannels): Cut {
  const depth = depthOf(geometry)
  const groupChannels = geometry.inChannels / geometry.group
  if (depth > WHOLE_DEPTH) return cutChunks(geometry, groupChannels)
  const taps = areaOf(geometry.kernel)
  const isPointwise = taps === 1 && areaOf(geometry.stride) === 1 && !geometry.isPadded && samePlane(geometry)
  const gathering = 2 * (depth + 40 * geometry.kernel.height)
  const isGathered =
    geometry.group === 1 && geometry.dilation.width === 1 && taps > 1 && gathering < 65 * taps
  const packing = 12 * depth + (isPointwise ? 0 : isGathered ? gathering : 65 * taps)
  const groupOut = geometry.outChannels / geometry.group
  const channelBytes = channelBytesOf(channels, [depth])
  const resident = Math.max(4, Math.floor(RESIDENT_BYTES / channelBytes / 4) * 4)
  const isResident =
    Math.ceil(groupOut / resident) * (packing + 40) <= packing + groupOut * (channelBytes + 2)
  return {
    isPointwise,
    isGathered,
    isResident,
    isChunked: false,
    tileChannels: isResident ? resident : groupOut,
    parts: 1,
    partChannels: groupChannels,
    chunks: [depth],
  }
}

const samePlane = ({ input, output }: Geometry): boolean =>
  input.height === output.height && input.width === output.width

function cutChunks(geometry: Geometry, groupChannels: number): Cut {
  const taps = areaOf(geometry.kernel)
  const parts = Math.ceil(groupChannels / CHUNK_DEPTH)
  const partChannels = parts === 1 ? groupChannels : alignUp(Math.ceil(groupChannels / parts), 4)
  const groupOut = geometry.outChannels / geometry.group
  const tiles = Math.ceil(groupOut / CHUNKED_CHANNELS)
  return {
    isPointwise: false,
    isGathered: false,
    isResident: false,
    isChunked: true,
    tileChannels: alignUp(Math.ceil(groupOut / tiles), 4),
    parts,
    partChannels,
    chunks: parts === 1 ? wholeTaps(taps, groupChannels) : partsOfTaps(taps, groupChannels, partChannels),
  }
}

/** As many window elements per chunk as fit, spread evenly. */
function wholeTaps(taps: number, groupChannels: number): number[] {
  const chunks = Math.ceil(taps / Math.max(1, Math.floor(CHUNK_DEPTH / groupChannels)))
  const perChunk = Math.ceil(taps / chunks)
  const depths: number[] = []
  for (let left = taps; left > 0; left -= perChunk) depths.push(Math.min(left, perChunk) * groupChannels)
  return depths
}

function partsOfTaps(taps: number, groupChannels: number, partChannels: number): number[] {
  const ofOne: number[] = []
  for (let left = groupChannels; left > 0; left -= partChannels) ofOne.push(Math.min(left, partChannels))
  return Array.from({ length: taps }, () => ofOne).flat()
}

const recordStride = ({ recordBytes, isCorrected }: LoweredChannels): number =>
  recordBytes + (isCorrected ? 4 : 0)

/** Weights (each chunk filled up to a multiple of four) and record of one channel. */
const channelBytesOf = (channels: LoweredChannels, chunks: readonly number[]): number =>
  recordStride(channels) + chunks.reduce((sum, depth) => sum + alignUp(depth, 4), 0)

/**
 * 0                                                            scratchBytes
 * | COLUMNS (8 per pair) | SUMS | ZEROS 32 | TOTAL 8 | PADDING | GATHERED | BUFFER + 16 |
 */
function placeScratch(geometry: Geometry, channels: LoweredChannels, cut: Cut) {
  const constants: Record<string, KernelConstant> = {}
  let end = 0
  const place = (name: string, bytes: number): void => {
    constants[name] = { kind: 'scratch', offset: end }
    end += bytes
  }
  const deepest = alignUp(Math.max(...cut.chunks), 4)
  place('COLUMNS', 8 * deepest)
  place('SUMS', cut.isChunked ? 8 * cut.tileChannels : 32)
  place('ZEROS', 32)
  place('TOTAL', channels.isCorrected ? 8 : 0)
  place('PADDING', geometry.isPadded && !cut.isGathered ? cut.partChannels : 0)
  place('GATHERED', cut.isGathered ? 2 * depthOf(geometry) : 0)
  const atOnce = cut.isResident ? Math.min(cut.tileChannels, geometry.outChannels / geometry.group) : 4
  const perChannel = cut.isChunked
    ? Math.max(deepest, recordStride(channels))
    : channelBytesOf(channels, cut.chunks)
  // A block of fewer than four channels reads up to 12 bytes beyond its weights.
  place('BUFFER', atOnce * perChannel + 16)
  return { constants, bytes: alignUp(end, 8) }
}

function constantsOf(layer: DenseLayer, cut: Cut): Record<string, KernelConstant> {
  const { input, output, geometry, channels } = layer
  const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
  const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
  const bool = (value: boolean): KernelConstant => ({ kind: 'bool', value })
  return {
    ELEMENT: { kind: 'type', value: input.type === 'int8' ? 'i8' : 'u8' },
    INPUT: { kind: 'address', tensor: input.name },
    OUTPUT: { kind: 'address', tensor: output.name },
    WEIGHTS: { kind: 'segment', offset: 0 },
    IN_HEIGHT: i32(geometry.input.height),
    IN_WIDTH: i32(geometry.input.width),
    IN_CHANNELS: i32(geometry.inChannels),
    OUT_HEIGHT: i32(geometry.output.height),
    OUT_WIDTH: i32(geometry.output.width),
    OUT_CHANNELS: usize(geometry.outChannels),
    PIXELS: usize(pixelsOf(geometry)),
    KERNEL_HEIGHT: i32(geometry.kernel.height),
    KERNEL_WIDTH: i32(geometry.kernel.width),
    STRIDE_Y: i32(geometry.stride.height),
    STRIDE_X: i32(geometry.stride.width),
    DILATION_Y: i32(geometry.dilation.height),
    DILATION_X: i32(geometry.dilation.width),
    PAD_Y: i32(geometry.pad.height),
    PAD_X: i32(geometry.pad.width),
    IS_PADDED: bool(geometry.isPadded),
    IS_POINTWISE: bool(cut.isPointwise),
    IS_GATHERED: bool(cut.isGathered),
    IS_RESIDENT: bool(cut.isResident),
    IS_CHUNKED: bool(cut.isChunked),
    IS_CORRECTED: bool(channels.isCorrected),
    IS_FLOAT: bool(channels.isFloat),
    GROUPS: usize(geometry.group),
    GROUP_CHANNELS: usize(geometry.inChannels / geometry.group),
    GROUP_OUT_CHANNELS: usize(geometry.outChannels / geometry.group),
    TILE_CHANNELS: usize(cut.tileChannels),
    CHANNEL_BYTES: usize(channelBytesOf(channels, cut.chunks)),
    PARTS: usize(cut.parts),
    PART_CHANNELS: usize(cut.partChannels),
    CHUNK_PAIRS: usize(cut.chunks[0]!),
    INPUT_ZERO_POINT: i32(layer.inputZeroPoint),
  }
}

function layOut(geometry: Geometry, channels: LoweredChannels, cut: Cut): Uint8Array {
  const groupOut = geometry.outChannels / geometry.group
  const pieces: Uint8Array[] = []
  for (let first = 0; first < geometry.outChannels; first += groupOut) {
    for (const [start, end] of ranges(first, first + groupOut, cut.tileChannels)) {
      const blocks = ranges(start, end, 4)
      if (cut.isChunked) {
        let depth = 0
        for (const chunk of cut.chunks) {
          for (const block of blocks) pieces.push(blockWeights(channels, block, depth, depth + chunk))
          depth += chunk
        }
        for (const block of blocks) pieces.push(...channels.records.slice(...block))
      } else {
        for (const block of blocks)
          pieces.push(
            ...channels.records.slice(...block),
            blockWeights(channels, block, 0, depthOf(geometry)),
          )
      }
    }
  }
  return joinBytes(pieces)
}

type Range = readonly [number, number]

function ranges(start: number, end: number, length: number): Range[] {
  const result: Range[] = []
  for (let at = start; at < end; at += length) result.push([at, Math.min(at + length, end)])
  return result
}

/** Depths start..end of a block's channels as [depth / 4][channel][4], filled up with zeros. */
export function blockWeights(
  channels: Pick<LoweredChannels, 'weights'>,
  [first, last]: Range,
  start: number,
  end: number,
): Uint8Array {
  const bytes = new Uint8Array(alignUp(end - start, 4) * (last - first))
  let at = 0
  for (let depth = start; depth < end; depth += 4) {
    for (let channel = first; channel < last; channel++) {
      for (let d = depth; d < depth + 4; d++) bytes[at++] = d < end ? channels.weights[channel]![d]! : 0
    }
  }
  return bytes
}
