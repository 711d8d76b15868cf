// SPDX-License-Identifier: Apache-2.0
// How the weights of a weighted_sum lie in the segment: per block of output channels their records, then chunks of terms
// (assembly/weighted-sum/kernel.ts draws it).
import type { WeightedSumAttributes } from '../../ir/sum-operators.js'
import { sizeOf } from '../../ir/types.js'
import { joinBytes } from '../segment.js'

export interface Tile {
  /** Output channels at a time. */
  readonly lanes: 1 | 4
  /** Terms in memory at a time. */
  readonly chunk: number
  /** Each chunk is a block of the float sum. */
  readonly isBlocked: boolean
}

/** Weights in memory: 4 KB. */
const mostWeights = 1024

/** Pre: order.block is at most `mostWeights`. */
export function tileOf({ arithmetic, weight, group, order }: WeightedSumAttributes): Tile {
  const depth = sizeOf(weight.shape.slice(1))
  const outputs = weight.shape[0]! / group
  // Sums with a tail are not cut: its groups of four run through the whole sum.
  if (order.tailBlock !== null) return { lanes: 1, chunk: depth, isBlocked: false }
  const isBlocked = arithmetic === 'float' && order.block !== null
  const chunk = Math.min(depth, isBlocked ? order.block! : 256)
  return { lanes: outputs > 1 && chunk * 4 <= mostWeights ? 4 : 1, chunk, isBlocked }
}

export function encodeWeights(attributes: WeightedSumAttributes, { lanes, chunk }: Tile): Uint8Array {
  const { weight, group } = attributes
  const outputs = weight.shape[0]! / group
  const depth = sizeOf(weight.shape.slice(1))
  const pieces: Uint8Array[] = []
  for (let g = 0; g < group; g++) {
    for (let first = 0; first < outputs; first += lanes) {
      const channels = Array.from({ length: lanes }, (_, lane) =>
        first + lane < outputs ? g * outputs + first + lane : null,
      )
      pieces.push(...channels.map((o) => record(attributes, o)))
      for (let from = 0; from < depth; from += chunk) {
        pieces.push(terms(attributes, channels, from, Math.min(depth, from + chunk)))
      }
    }
  }
  return joinBytes(pieces)
}

/** [ bias f32 | weight zero point i32 | weight scale f32 ] */
function record(attributes: WeightedSumAttributes, channel: number | null): Uint8Array {
  const { bias, weightZeroPoints, weightScales } = attributes
  const view = new DataView(new ArrayBuffer(12))
  if (channel === null) return new Uint8Array(view.buffer)
  view.setFloat32(0, bias?.[channel] ?? 0, true)
  view.setInt32(4, weightZeroPoints[channel % weightZeroPoints.length]!, true)
  view.setFloat32(8, weightScales?.[channel % weightScales.length] ?? 1, true)
  return new Uint8Array(view.buffer)
}

/** [k][lane]; absent lanes are 0. */
function terms(
  { weight }: WeightedSumAttributes,
  channels: readonly (number | null)[],
  from: number,
  to: number,
): Uint8Array {
  const size = weight.data.BYTES_PER_ELEMENT
  const depth = sizeOf(weight.shape.slice(1))
  const view = new DataView(new ArrayBuffer((to - from) * channels.length * size))
  for (let k = from; k < to; k++) {
    channels.forEach((channel, lane) => {
      if (channel === null) return
      const value = Number(weight.data[channel * depth + k])
      const at = ((k - from) * channels.length + lane) * size
      if (size === 4) view.setFloat32(at, value, true)
      else view.setUint8(at, value & 255)
    })
  }
  return new Uint8Array(view.buffer)
}
