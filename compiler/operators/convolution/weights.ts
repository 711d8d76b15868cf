// SPDX-License-Identifier: Apache-2.0
// A layer's weights per output channel, in the order in which a column lies in memory.
import type { ProgramTensor } from '../../codegen/program.js'
import type { Constant, QuantizedType } from '../../ir/types.js'
import { isQuantizedType, sizeOf } from '../../ir/types.js'
import type { ChannelWeights } from './output-channels.js'

interface WeightedAttributes {
  /** [O, I, ...kernel] */
  readonly weight: Constant
  /** Length 1 or O. */
  readonly weightZeroPoints: readonly number[]
  readonly bias: Int32Array | null
}

/** Per output channel [...kernel][I]: a channels-last window, row by row. */
export function channelWeights({ weight, weightZeroPoints, bias }: WeightedAttributes): ChannelWeights[] {
  const [outChannels, inChannels, ...kernel] = weight.shape as [number, number, ...number[]]
  const taps = sizeOf(kernel)
  return Array.from({ length: outChannels }, (_, outChannel) => {
    const start = outChannel * inChannels * taps
    const weights = Array.from({ length: inChannels * taps }, (_, index) => {
      const tap = Math.floor(index / inChannels)
      return Number(weight.data[start + (index % inChannels) * taps + tap])
    })
    const weightZeroPoint = weightZeroPoints[weightZeroPoints.length === 1 ? 0 : outChannel]!
    return { weights, weightZeroPoint, bias: bias?.[outChannel] ?? 0 }
  })
}

export function activationType(tensor: ProgramTensor): QuantizedType {
  if (!isQuantizedType(tensor.type)) throw new Error(`${tensor.name} is ${tensor.type}, not 8-bit`)
  return tensor.type
}
