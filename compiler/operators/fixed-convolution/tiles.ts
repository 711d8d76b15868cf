// SPDX-License-Identifier: Apache-2.0
// The weight segment of assembly/fixed-convolution: per tile of up to LANES output channels their records, then the
// weights [kernelY][kernelX][channel][lane]; absent lanes are 0.
import type { FixedConvolutionAttributes } from '../../ir/fixed-operators.js'
import { sizeOf } from '../../ir/types.js'
import { joinBytes } from '../segment.js'

/** Weights in memory at a time, where four channels at a time need no more. */
const mostWeights = 4096

/** Output channels at a time. */
export function lanesOf({ weight, group }: FixedConvolutionAttributes): 1 | 4 {
  const depth = sizeOf(weight.shape.slice(1))
  return weight.shape[0]! / group > 1 && depth * 4 <= mostWeights ? 4 : 1
}

export function encodeTiles(
  attributes: FixedConvolutionAttributes,
  records: readonly Uint8Array[],
): Uint8Array {
  const { weight, group } = attributes
  const lanes = lanesOf(attributes)
  const outputs = weight.shape[0]! / group
  const pieces: Uint8Array[] = []
  for (let first = 0; first < weight.shape[0]!; first += outputs) {
    for (let lane = 0; lane < outputs; lane += lanes) {
      const channels = Array.from({ length: lanes }, (_, i) => (lane + i < outputs ? first + lane + i : null))
      pieces.push(...channels.map((o) => (o === null ? new Uint8Array(records[0]!.length) : records[o]!)))
      pieces.push(weightsOf(attributes, channels))
    }
  }
  return joinBytes(pieces)
}

function weightsOf({ weight }: FixedConvolutionAttributes, channels: readonly (number | null)[]): Uint8Array {
  const [, groupChannels, ...kernel] = weight.shape as [number, number, number, number]
  const taps = sizeOf(kernel)
  const bytes = new Uint8Array(taps * groupChannels * channels.length)
  let at = 0
  for (let tap = 0; tap < taps; tap++) {
    for (let c = 0; c < groupChannels; c++) {
      for (const o of channels) {
        bytes[at++] = o === null ? 0 : Number(weight.data[(o * groupChannels + c) * taps + tap])
      }
    }
  }
  return bytes
}
