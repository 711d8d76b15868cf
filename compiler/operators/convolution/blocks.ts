// SPDX-License-Identifier: Apache-2.0
// The weight segment of the kernels that take four output channels at a time, in the order in which they read it
// (the first lines of assembly/convolution and assembly/fully-connected draw it).
import { alignUp } from '../../memory/plan.js'
import { joinBytes } from '../segment.js'
import type { Cut } from './columns.js'
import { depthOf, type Geometry } from './geometry.js'
import type { LoweredChannels } from './output-channels.js'

export const recordStride = ({ recordBytes, isCorrected }: LoweredChannels): number =>
  recordBytes + (isCorrected ? 4 : 0)

/** Weights (each chunk filled up to a multiple of four) and record of one channel. */
export const channelBytesOf = (channels: LoweredChannels, chunks: readonly number[]): number =>
  recordStride(channels) + chunks.reduce((sum, depth) => sum + alignUp(depth, 4), 0)

export function layOutTiles(geometry: Geometry, channels: LoweredChannels, cut: Cut): Uint8Array {
  const groupOut = geometry.outChannels / geometry.group
  const tiles = ranges(0, geometry.outChannels, groupOut).flatMap(([start, end]) =>
    ranges(start, end, cut.tileChannels),
  )
  return joinBytes(
    tiles.flatMap(([start, end]) => {
      const blocks = ranges(start, end, 4)
      return cut.isChunked
        ? chunkedTile(channels, blocks, cut)
        : wholeTile(channels, blocks, depthOf(geometry))
    }),
  )
}

export const wholeTile = (channels: LoweredChannels, blocks: readonly Range[], depth: number): Uint8Array[] =>
  blocks.flatMap((block) => [...channels.records.slice(...block), blockWeights(channels, block, 0, depth)])

function chunkedTile(channels: LoweredChannels, blocks: readonly Range[], { chunks }: Cut): Uint8Array[] {
  let depth = 0
  const weights = chunks.flatMap((chunk) => {
    const start = depth
    depth += chunk
    return blocks.map((block) => blockWeights(channels, block, start, depth))
  })
  return [...weights, ...blocks.flatMap((block) => channels.records.slice(...block))]
}

type Range = readonly [number, number]

export function ranges(start: number, end: number, length: number): Range[] {
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
