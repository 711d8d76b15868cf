// SPDX-License-Identifier: Apache-2.0
// AVERAGE_POOL_2D and MAX_POOL_2D of int8 and int16: both work on the quanta and demand one quantization of input and output.
import type { Tensor } from '../../ir/graph.js'
import type { Window } from '../../ir/operators.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { activationRange, emitClamp, integerRange, windowOf } from '../tflite-rules.js'

/** Sums of as many int16 quanta stay within 32 bits. */
const mostCells = 65000

/** TFLite Micro's own tolerance. */
const farthestScales = 1e-6

export const averagePool: TfliteOperator = {
  name: 'AVERAGE_POOL_2D',
  inputs: [1, 1],
  convert(node, conversion) {
    const { output, window, range } = poolOf(node)
    const x = conversion.channelsFirst(node.input(0).name)
    const attributes = { ...window, ...range }
    const y = conversion.emit('integer_average_pool', [x], firstOutput(output), attributes)
    conversion.defineChannelsFirst(output.name, y)
  },
}

export const maxPool: TfliteOperator = {
  name: 'MAX_POOL_2D',
  inputs: [1, 1],
  convert(node, conversion) {
    const { output, window, range } = poolOf(node)
    const x = conversion.channelsFirst(node.input(0).name)
    const y = conversion.emit('max_pool', [x], firstOutput(output), { ...window, ceilMode: false })
    const whole = integerRange(output.type)
    const isWhole = range.min === whole.min && range.max === whole.max
    conversion.defineChannelsFirst(
      output.name,
      isWhole ? y : emitClamp(conversion, y, firstOutput(output), range),
    )
  },
}

function poolOf(node: TfliteNode): { output: Tensor; window: Window; range: { min: number; max: number } } {
  const [input, output] = [node.input(0), node.output()]
  node.requireType(input, 'int8', 'int16')
  node.requireType(output, input.type)
  node.requireRank(input, 4)
  const kernel = [node.int('filterHeight'), node.int('filterWidth')] as const
  const window = windowOf(node, input, output, kernel, input.shape[3]!)
  if (kernel[0] * kernel[1] > mostCells) throw node.malformed(`The window has ${kernel[0] * kernel[1]} cells`)
  const [from, to] = [node.quantization(input), node.quantization(output)]
  if (from.zeroPoint !== to.zeroPoint || Math.abs(from.scale - to.scale) > farthestScales) {
    throw node.refused(
      `TFLite Micro does not load it: input and output have the scales ${from.scale} and ${to.scale}, the zero points ${from.zeroPoint} and ${to.zeroPoint}`,
      'Convert the model again: a pool leaves quantization as it is.',
    )
  }
  return { output, window, range: activationRange(node, output.type, to) }
}

const firstOutput = ({ type, shape }: Tensor) => ({
  type,
  shape: [shape[0]!, shape[3]!, shape[1]!, shape[2]!],
})
