// SPDX-License-Identifier: Apache-2.0
// Lowers a convolution whose sums run over one input channel to the kernel assembly/depthwise: cuts the output into
// tiles, neighbours of which share the kernel's patch, and the window into runs of taps.
import type { KernelConstant, ProgramTensor, Step } from '../../codegen/program.js'
import { alignUp } from '../../memory/plan.js'
import { bytesOf, joinBytes } from '../segment.js'
import { areaOf, type Geometry, type Plane, pixelsOf } from './geometry.js'
import { type LoweredChannels, lowerChannels, type SumOfProducts } from './output-channels.js'

/** A patch has 8 bytes per element. */
const PATCH_BYTES = 1280
/** Beyond this the kernel for any group does the layer with less scratch. */
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
  return patchBytes(stripOf(geometry), { along: 1, across: 1 }) <= LARGEST_PATCH_BYTES
}

export function lowerDepthwise(layer: DepthwiseLayer): Step {
  const { node, input, output, geometry } = layer
  const channels = lowerChannels({ ...layer.sum, wideWeights: 'widened' })
  const strip = stripOf(geometry)
  const tile = chooseTile(strip)
  const runs = cutWindow(strip)
  const patch = patchBytes(strip, tile) + unusedBytes(strip, runs)
  const { segment, channelBytes } = layOut(channels, strip, runs)
  const isWide = channels.weights[0] instanceof Int16Array
  return {
    name: node.name,
    operator: node.operator,
    kernel: 'depthwise',
    constants: {
      ELEMENT: { kind: 'type', value: input.type === 'int8' ? 'i8' : 'u8' },
      WEIGHT: { kind: 'type', value: isWide ? 'i16' : 'i8' },
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      WEIGHTS: { kind: 'segment', offset: 0 },
      PATCH: { kind: 'scratch', offset: 0 },
      BUFFER: { kind: 'scratch', offset: patch },
      ...sizeConstants(geometry, strip, tile),
      ...runConstants(strip, tile, runs),
      INPUT_ZERO_POINT: i32(layer.sum.inputZeroPoint),
      ...channels.constants,
    },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: alignUp(patch + channelBytes, 8),
    segment,
    macs: pixelsOf(geometry) * geometry.outChannels * areaOf(geometry.kernel),
    weightBytes: geometry.outChannels * (areaOf(geometry.kernel) * (isWide ? 2 : 1) + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
  }
}

const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })

/** A plane's sizes along its longer axis and across it. */
interface Span {
  readonly along: number
  readonly across: number
}

type Sizes = 'input' | 'output' | 'kernel' | 'stride' | 'dilation' | 'pad'

interface Strip extends Readonly<Record<Sizes, Span>> {
  readonly isAlongHeight: boolean
}

/** The kernel's loops are longest, and pairs cheapest to fill, along the output's longer axis. */
function stripOf(geometry: Geometry): Strip {
  const isAlongHeight = geometry.output.height >= geometry.output.width
  const span = ({ height, width }: Plane): Span =>
    isAlongHeight ? { along: height, across: width } : { along: width, across: height }
  return {
    isAlongHeight,
    input: span(geometry.input),
    output: span(geometry.output),
    kernel: span(geometry.kernel),
    stride: span(geometry.stride),
    dilation: span(geometry.dilation),
    pad: span(geometry.pad),
  }
}

/** The input under a tile. */
function patchOf({ stride, kernel, dilation }: Strip, tile: Span): Span {
  const extent = (axis: keyof Span) =>
    (tile[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
  return { along: extent('along'), across: extent('across') }
}

const elementsOf = ({ along, across }: Span): number => along * across

const patchBytes = (strip: Strip, tile: Span): number => 8 * elementsOf(patchOf(strip, tile))

/** The tile with the least estimated fuel (wasmtime) for one channel, among those whose patch is small enough. */
function chooseTile(strip: Strip): Span {
  const { output } = strip
  let best: Span = { along: 1, across: 1 }
  let bestCost = Number.POSITIVE_INFINITY
  for (const along of partsOf(output.along)) {
    for (const across of partsOf(output.across)) {
      const tile = { along, across }
      if (elementsOf(tile) > 1 && patchBytes(strip, tile) > PATCH_BYTES) continue
      const pairs = Math.ceil(Math.ceil(output.along / along) / 2) * Math.ceil(output.across / across)
      const patch = patchOf(strip, tile)
      const filling = 14 * elementsOf(patch) + 60 * patch.across
      const cost = pairs * (filling + 130 * elementsOf(tile) + 12 * across + 200)
      if (cost < bestCost) [best, bestCost] = [tile, cost]
    }
  }
  return best
}

/** Sizes that cut `length` into equal parts but for the last one's overlap. */
const partsOf = (length: number): number[] => [
  ...new Set(Array.from({ length }, (_, index) => Math.ceil(length / (index + 1)))),
]

function sizeConstants(geometry: Geometry, strip: Strip, tile: Span): Record<string, KernelConstant> {
  const { inChannels, outChannels } = geometry
  const patch = patchOf(strip, tile)
  const inBytes = steps(strip, geometry.input.width * inChannels, inChannels)
  const outBytes = steps(strip, geometry.output.width * outChannels, outChannels)
  return {
    IMAGES: usize(geometry.batch),
    CHANNELS: usize(inChannels),
    MULTIPLIER: usize(outChannels / inChannels),
    IN_ALONG: i32(strip.input.along),
    IN_ACROSS: i32(strip.input.across),
    IN_ALONG_BYTES: i32(inBytes.along),
    IN_ACROSS_BYTES: i32(inBytes.across),
    OUT_ALONG: i32(strip.output.along),
    OUT_ACROSS: i32(strip.output.across),
    OUT_ALONG_BYTES: i32(outBytes.along),
    OUT_ACROSS_BYTES: i32(outBytes.across),
    TILE_ALONG: i32(tile.along),
    TILE_ACROSS: i32(tile.across),
    PATCH_ALONG: i32(patch.along),
    PATCH_ACROSS: i32(patch.across),
    STRIDE_ALONG: i32(strip.stride.along),
    STRIDE_ACROSS: i32(strip.stride.across),
    PAD_ALONG: i32(strip.pad.along),
    PAD_ACROSS: i32(strip.pad.across),
    IS_PADDED: { kind: 'bool', value: geometry.isPadded },
  }
}

/** Bytes from one element to the next along and across, from those down and to the right. */
const steps = ({ isAlongHeight }: Strip, down: number, right: number): Span =>
  isAlongHeight ? { along: down, across: right } : { along: right, across: down }

interface Runs {
  readonly unrolled: number
  readonly rows: number
  readonly runs: number
}

/** One run for the whole window if it has at most nine taps, else equal runs within each of its lines along. */
function cutWindow({ kernel }: Strip): Runs {
  const taps = elementsOf(kernel)
  if (taps <= MOST_UNROLLED) return { unrolled: taps, rows: 1, runs: 1 }
  const runs = Math.ceil(kernel.along / MOST_UNROLLED)
  return { unrolled: Math.ceil(kernel.along / runs), rows: kernel.across, runs }
}

/** Unused taps read beyond the patch's last element. */
const unusedBytes = (strip: Strip, { unrolled, rows, runs }: Runs): number =>
  (8 * strip.dilation.along * (unrolled * rows * runs - elementsOf(strip.kernel))) / rows

function runConstants(strip: Strip, tile: Span, cut: Runs): Record<string, KernelConstant> {
  const { dilation, kernel } = strip
  const acrossBytes = 8 * dilation.across * patchOf(strip, tile).along
  const alongBytes = 8 * dilation.along
  const lineTaps = cut.rows * cut.runs === 1 ? kernel.along : cut.unrolled
  const places = Array.from({ length: MOST_UNROLLED }, (_, tap) => {
    if (tap >= cut.unrolled) return 0
    return Math.floor(tap / lineTaps) * acrossBytes + (tap % lineTaps) * alongBytes
  })
  return {
    UNROLLED: usize(cut.unrolled),
    ROWS: usize(cut.rows),
    RUNS: usize(cut.runs),
    ROW_BYTES: usize(acrossBytes),
    RUN_BYTES: usize(cut.unrolled * alongBytes),
    ...Object.fromEntries(places.slice(1).map((place, index) => [`TAP_${index + 1}`, usize(place)])),
  }
}

/** Per output channel: record, then the weights run by run, unused taps 0. */
function layOut(channels: LoweredChannels, strip: Strip, cut: Runs) {
  const pieces = channels.weights.map((weights, channel) =>
    joinBytes([channels.records[channel]!, bytesOf(orderWeights(weights, strip, cut))]),
  )
  return { segment: joinBytes(pieces), channelBytes: pieces[0]!.length }
}

/** From [height][width] to [across][along], each row filled up to whole runs. */
function orderWeights<Weights extends Int8Array | Int16Array>(
  weights: Weights,
  { kernel, isAlongHeight }: Strip,
  { unrolled, rows, runs }: Runs,
): Weights {
  const line = rows * runs === 1 ? kernel.along : unrolled * runs
  const result = new (weights.constructor as new (length: number) => Weights)(kernel.across * line)
  for (let across = 0; across < kernel.across; across++) {
    for (let along = 0; along < kernel.along; along++) {
      const source = isAlongHeight ? along * kernel.across + across : across * kernel.along + along
      result[across * line + along] = weights[source]!
    }
  }
  return result
}
