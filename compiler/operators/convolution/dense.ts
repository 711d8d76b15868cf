// SPDX-License-Identifier: Apache-2.0
// Lowers a convolution to the kernel assembly/convolution.
import type { KernelConstant, ProgramTensor, Step } from '../../codegen/program.js'
import { alignUp } from '../../memory/plan.js'
import { channelBytesOf, layOutTiles, recordStride } from './blocks.js'
import { type Cut, cutColumns } from './columns.js'
import { depthOf, type Geometry, pixelsOf } from './geometry.js'
import type { LoweredChannels } from './output-channels.js'

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
    segment: layOutTiles(geometry, channels, cut),
    macs: pixelsOf(geometry) * geometry.outChannels * depth,
    weightBytes: geometry.outChannels * (depth + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
  }
}

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
