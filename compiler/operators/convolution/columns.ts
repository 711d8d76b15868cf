// SPDX-License-Identifier: Apache-2.0
// How the kernel assembly/convolution cuts columns and weights, so that scratch stays small and little is executed twice.
import { alignUp } from '../../memory/plan.js'
import { channelBytesOf } from './blocks.js'
import { areaOf, depthOf, type Geometry } from './geometry.js'
import type { LoweredChannels } from './output-channels.js'

/** Columns up to this depth stay whole; longer ones go through scratch in chunks. 8 bytes per element of a column. */
const WHOLE_DEPTH = 192
const CHUNK_DEPTH = 128
/** Weights and records that stay in scratch for all pixels. */
const RESIDENT_BYTES = 1200
/** Channels whose sums wait in scratch while chunks go by, 8 bytes each. */
const CHUNKED_CHANNELS = 128

export interface Cut {
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
export function cutColumns(geometry: Geometry, channels: LoweredChannels): Cut {
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
