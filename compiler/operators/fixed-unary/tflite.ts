// SPDX-License-Identifier: Apache-2.0
// Functions of one integer tensor: RELU, RELU6, LEAKY_RELU, HARD_SWISH, ELU. Of int8 they are tables.

import { f32 } from '../../arithmetic/float32.js'
import { elu, hardSwish, leakyRelu, type Slopes } from '../../arithmetic/tflite-functions.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, emitClamp, int8Table, integerRange, quantumOfBound } from '../tflite-rules.js'
import { emitTable, endsOf, tableOperator as table } from '../tflite-tables.js'

const converted = 'Convert the model again.'

/** RELU and LEAKY_RELU: until October 2026 their multipliers were formed in float32. */
const slopes = (name: string, slopeOf: (node: TfliteNode) => number | null): TfliteOperator => ({
  name,
  inputs: [1, 1],
  convert(node, conversion) {
    const { input, output } = endsOf(node, 'int8', 'int16')
    const [from, to] = [node.quantization(input), node.quantization(output)]
    const round = conversion.multipliers === 'float32' ? f32 : (value: number) => value
    const alpha = slopeOf(node)
    const positive = checkedMultiplier(node, round(from.scale / to.scale))
    const negative = checkedMultiplier(node, Math.abs(round(round(from.scale * (alpha ?? 1)) / to.scale)))
    const two: Slopes = { positive, negative, isNegated: alpha !== null && alpha < 0 }
    const { min, max } = integerRange(output.type)
    const range = { min: alpha === null ? Math.max(min, to.zeroPoint) : min, max, zeroPoint: to.zeroPoint }
    if (alpha === null && input.type === 'int16' && (from.zeroPoint !== 0 || to.zeroPoint !== 0)) {
      throw node.refused('TFLite Micro does not load it: int16 needs zero points of 0 here', converted)
    }
    if (input.type === 'int8') {
      emitTable(
        node,
        conversion,
        int8Table((q) => leakyRelu(q - from.zeroPoint, two, range)),
      )
      return
    }
    conversion.emitElementwise(input, output, (x, form) =>
      conversion.emit('fixed_unary', [x], form, {
        slopes: two,
        inputZeroPoint: from.zeroPoint,
        result: range,
      }),
    )
  },
})

export const relu = slopes('RELU', () => null)
export const leaky = slopes('LEAKY_RELU', (node) => node.int('alpha'))

/** On the quanta: right only where both ends have one quantization. */
export const relu6: TfliteOperator = {
  name: 'RELU6',
  inputs: [1, 1],
  convert(node, conversion) {
    const { input, output } = endsOf(node, 'int8', 'int16')
    node.requireEqualQuantization(input, output)
    const quantization = node.quantization(input)
    const { zeroPoint } = quantization
    const most = quantumOfBound(node, 6, quantization)
    const range = { min: zeroPoint, max: Math.min(integerRange(input.type).max, most) }
    conversion.emitElementwise(input, output, (x, form) => emitClamp(conversion, x, form, range))
  },
}

export const exponentialLinear = table('ELU', (_, from, to) => {
  const output = { ...integerRange('int8'), zeroPoint: to.zeroPoint }
  return int8Table((q) => elu(q - from.zeroPoint, from.scale, to.scale, output))
})

export const hard = table('HARD_SWISH', (node, from, to, { multipliers }) => {
  const round = multipliers === 'float32' ? f32 : (value: number) => value
  if (round(from.scale / 128 / to.scale) >= 1) {
    throw node.refused("TFLite Micro does not load it: the output's scale is too small", converted)
  }
  return int8Table((q) => hardSwish(q - from.zeroPoint, from.scale, to, round))
})
