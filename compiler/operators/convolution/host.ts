// SPDX-License-Identifier: Apache-2.0
// Convolutions as calls of the host's kernels `convolution` and `depthwise` (docs/kernels.md).
import type { Step } from '../../codegen/program.js'
import { alignUp } from '../../memory/plan.js'
import { fitsHostDouble, hostDoubleRecord } from '../../tiers/host-double.js'
import { hostStep } from '../../tiers/host-step.js'
import { type BlockHead, encodeWindowBlock } from '../../tiers/parameter-block.js'
import { bytesOf } from '../segment.js'
import { ranges, wholeTile } from './blocks.js'
import type { DenseLayer } from './dense.js'
import type { DepthwiseLayer } from './depthwise.js'
import { areaOf, depthOf, type Geometry, type Plane, pixelsOf } from './geometry.js'
import { accumulatorBounds, type LoweredChannels, lowerChannels, type Sums } from './output-channels.js'

/** Deeper columns are summed chunk by chunk, so that scratch stays small. */
const LARGEST_CHUNK = 320
/** Of a depthwise tile's patch. */
const PATCH_BYTES = 2048

/** Whether the host's kernels have the layer's requantizer: rule M only where its products stay within 32 bits. */
export const hasHostForm = (sum: Sums): boolean => {
  const { output } = sum
  if (!('fixed' in output)) return true
  const { fixed } = output
  return accumulatorBounds(sum).every(({ min, max }, channel) =>
    fitsHostDouble(Math.max(-min, max), fixed[fixed.length === 1 ? 0 : channel]!),
  )
}

/** Records of rule M as the host's kernels read them, others as they are. */
export const hostRecords = ({ requantizer, records }: LoweredChannels): readonly Uint8Array[] =>
  requantizer === 'double' ? records.map(hostDoubleRecord) : records

export const blockHead = (
  kernel: BlockHead['kernel'],
  channels: LoweredChannels,
  isUnsigned: boolean,
  inputZeroPoint: number,
): BlockHead => ({
  kernel,
  requantizer: channels.requantizer as BlockHead['requantizer'],
  isUnsigned,
  isCorrected: channels.isCorrected,
  hasWideWeights: channels.weights[0] instanceof Int16Array,
  inputZeroPoint,
  output: channels.output,
})

/** Pre: fitsWindowBlock. */
export function lowerHostDense({
  node,
  input,
  output,
  geometry,
  channels,
  inputZeroPoint,
}: DenseLayer): Step {
  const depth = depthOf(geometry)
  const chunk = chunkOf(depth)
  const head = blockHead('convolution', channels, input.type === 'uint8', inputZeroPoint)
  const groupOut = geometry.outChannels / geometry.group
  const blocks = ranges(0, geometry.outChannels, groupOut).flatMap(([start, end]) => ranges(start, end, 4))
  return hostStep({
    ...{ name: node.name, operator: node.operator, kernel: 'convolution', input, output },
    macs: pixelsOf(geometry) * geometry.outChannels * depth,
    weightBytes: geometry.outChannels * (depth + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
    scratchBytes: convolutionScratch(depth, chunk, groupOut),
    block: encodeWindowBlock(head, geometry, [chunk, 0]),
    contents: wholeTile({ ...channels, records: hostRecords(channels) }, blocks, depth),
  })
}

/** A multiple of 4; equal parts, so that the last one is not much shorter. */
function chunkOf(depth: number): number {
  const chunks = Math.ceil(depth / LARGEST_CHUNK)
  return alignUp(Math.ceil(depth / chunks), 4)
}

/** Two columns of int16, the bytes of one of them, and, with several chunks, sums of two pixels for every channel. */
function convolutionScratch(depth: number, chunk: number, groupOut: number): number {
  return 5 * chunk + (depth > chunk ? 8 * alignUp(groupOut, 4) : 0)
}

/** Pre: fitsWindowBlock. */
export function lowerHostDepthwise({ node, input, output, geometry, sum }: DepthwiseLayer): Step {
  const channels = lowerChannels({ ...sum, wideWeights: 'widened' })
  const records = hostRecords(channels)
  const head = blockHead('depthwise', channels, input.type === 'uint8', sum.inputZeroPoint)
  const tile = chooseTile(geometry)
  const taps = areaOf(geometry.kernel)
  const weightSize = head.hasWideWeights ? 2 : 1
  return hostStep({
    ...{ name: node.name, operator: node.operator, kernel: 'depthwise', input, output },
    macs: pixelsOf(geometry) * geometry.outChannels * taps,
    weightBytes: geometry.outChannels * (taps * weightSize + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
    scratchBytes: patchBytes(geometry, tile) + linesOf(geometry.kernel, isUpright(tile)),
    block: encodeWindowBlock(head, geometry, [tile.height, tile.width]),
    contents: channels.weights.flatMap((weights, channel) => [records[channel]!, filledUp(bytesOf(weights))]),
  })
}

/** Whether the host's depthwise kernel takes the layer; the one for any group does the others. */
export const isHostDepthwise = (geometry: Geometry): boolean =>
  geometry.group === geometry.inChannels &&
  geometry.group > 1 &&
  patchBytes(geometry, { height: 1, width: 1 }) <= PATCH_BYTES

/** Whether the kernel's lines run down: along the longer side of a tile. */
const isUpright = (tile: Plane): boolean => tile.height > tile.width

/** Bytes of a plane of int16 whose lines hold whole pairs, and one pair more. */
function linesOf({ height, width }: Plane, upright: boolean): number {
  const [lines, elements] = upright ? [width, height] : [height, width]
  return 2 * lines * (alignUp(elements, 2) + 2)
}

function patchBytes({ stride, kernel, dilation }: Geometry, tile: Plane): number {
  const extent = (axis: keyof Plane) =>
    (tile[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
  return linesOf({ height: extent('height'), width: extent('width') }, isUpright(tile))
}

/** The tile that reads the fewest elements twice, by a rough count of instructions, among those with a small patch. */
function chooseTile(geometry: Geometry): Plane {
  const { output } = geometry
  let best: Plane = { height: 1, width: 1 }
  let bestCost = Number.POSITIVE_INFINITY
  for (const height of partsOf(output.height)) {
    for (const width of partsOf(output.width)) {
      const bytes = patchBytes(geometry, { height, width })
      if (height * width > 1 && bytes > PATCH_BYTES) continue
      const tiles = Math.ceil(output.height / height) * Math.ceil(output.width / width)
      const cost = tiles * (1.5 * bytes + 20 * height + 100)
      if (cost < bestCost) [best, bestCost] = [{ height, width }, cost]
    }
  }
  return best
}

const partsOf = (length: number): number[] => [
  ...new Set(Array.from({ length }, (_, index) => Math.ceil(length / (index + 1)))),
]

function filledUp(bytes: Uint8Array): Uint8Array {
  const filled = new Uint8Array(alignUp(bytes.length, 4))
  filled.set(bytes)
  return filled
}
