// SPDX-License-Identifier: Apache-2.0
// Functions of one integer tensor: RELU, RELU6, LEAKY_RELU, PRELU, HARD_SWISH, LOGISTIC, TANH, ELU. Of int8 they are tables.

import { requantizeFixed, roundHalfAway } from '../../arithmetic/fixed-point.js'
import { f32 } from '../../arithmetic/float32.js'
import {
  elu,
  hardSwish,
  leakyRelu,
  logisticInt8,
  type Slopes,
  tanhInt8,
} from '../../arithmetic/tflite-functions.js'
import type { Tensor } from '../../ir/graph.js'
import type { Quantization } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, clampTable, int8Table, integerRange } from '../tflite-rules.js'

const converted = 'Convert the model again.'

/** An operator that is a table over int8. */
const table = (
  name: string,
  tableOf: (
    node: TfliteNode,
    from: Quantization,
    to: Quantization,
    conversion: TfliteConversion,
  ) => Int8Array,
): TfliteOperator => ({
  name,
  inputs: [1, 1],
  convert(node, conversion) {
    const { input, output } = endsOf(node, 'int8')
    emitTable(
      node,
      conversion,
      tableOf(node, node.quantization(input), node.quantization(output), conversion),
    )
  },
})

function endsOf(
  node: TfliteNode,
  ...types: Parameters<TfliteNode['requireType']>[1][]
): { input: Tensor; output: Tensor } {
  const [input, output] = [node.input(0), node.output()]
  node.requireType(input, ...types)
  node.requireType(output, input.type)
  node.requireShape(output, input.shape)
  return { input, output }
}

const emitTable = (node: TfliteNode, conversion: TfliteConversion, entries: Int8Array): void =>
  conversion.emitElementwise(node.input(0), node.output(), (x, output) => {
    const label = node.node.operator.toLowerCase()
    return conversion.emit('table', [x], output, { table: entries, axis: null, label })
  })

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
export const relu6 = table('RELU6', (node, from) => {
  node.requireEqualQuantization(node.input(0), node.output())
  return clampTable({
    min: from.zeroPoint,
    max: Math.min(127, roundHalfAway(f32(6 / from.scale)) + from.zeroPoint),
  })
})

function requireOutput(
  node: TfliteNode,
  { scale, zeroPoint }: Quantization,
  parts: number,
  expected: number,
): void {
  if (scale === 1 / parts && zeroPoint === expected) return
  throw node.refused(
    `TFLite Micro takes the output's scale for 1/${parts} and its zero point for ${expected}; they are ${scale} and ${zeroPoint}`,
    converted,
  )
}

function requireScale(node: TfliteNode, { scale }: Quantization): void {
  if (scale >= 2 ** -27) return
  throw node.refused(`TFLite Micro's arithmetic is undefined for an input scale of ${scale}`, converted)
}

export const logistic = table('LOGISTIC', (node, from, to) => {
  requireOutput(node, to, 256, -128)
  requireScale(node, from)
  return int8Table((q) => logisticInt8(q - from.zeroPoint, from.scale))
})

export const tanh = table('TANH', (node, from, to) => {
  requireOutput(node, to, 128, 0)
  requireScale(node, from)
  return int8Table((q) => tanhInt8(q - from.zeroPoint, from.scale))
})

export const exponentialLinear = table('ELU', (_, from, to) => {
  const output = { ...integerRange('int8'), zeroPoint: to.zeroPoint }
  return int8Table((q) => elu(q - from.zeroPoint, from.scale, to.scale, output))
})

export const hard = table('HARD_SWISH', (node, from, to, { multipliers }) => {
  if (multipliers === 'float32') {
    throw node.error(
      'unsupported-feature',
      'HARD_SWISH is compiled with multipliers of float64 alone',
      'Leave --tflite-multipliers away.',
    )
  }
  if (from.scale / 128 / to.scale >= 1) {
    throw node.refused("TFLite Micro does not load it: the output's scale is too small", converted)
  }
  return int8Table((q) => hardSwish(q - from.zeroPoint, from.scale, to.scale, to.zeroPoint))
})

/** One slope, or one per coordinate along the last axis. */
export const prelu: TfliteOperator = {
  name: 'PRELU',
  inputs: [2, 2],
  convert(node, conversion) {
    const { input, output } = endsOf(node, 'int8')
    const alpha = node.constant(1, 'The slope')
    node.requireType(node.input(1), 'int8')
    const [from, to, by] = [input, output, node.input(1)].map((t) => node.quantization(t)) as [
      Quantization,
      Quantization,
      Quantization,
    ]
    const last = alpha.shape.at(-1) ?? 1
    if (alpha.data.length !== last || (last !== 1 && last !== input.shape.at(-1))) {
      throw node.error(
        'unsupported-feature',
        `The slope has the shape [${alpha.shape}]`,
        'Share it over all axes but the last.',
      )
    }
    const positive = checkedMultiplier(node, from.scale / to.scale)
    const negative = checkedMultiplier(node, (from.scale * by.scale) / to.scale)
    const range = { ...integerRange('int8'), zeroPoint: to.zeroPoint }
    const tables = Array.from(alpha.data as Int8Array, (slope) =>
      int8Table((q) => {
        const v = q - from.zeroPoint
        return v >= 0
          ? requantizeFixed(v, positive, range)
          : requantizeFixed(v * (slope - by.zeroPoint), negative, range)
      }),
    )
    const entries = Int8Array.from(tables.flatMap((one) => [...one]))
    const axis = last === 1 ? null : input.shape.length - 1
    const attributes = { table: entries, axis, label: 'prelu' }
    conversion.emitOutput('table', [conversion.stored(input.name)], output, attributes)
  },
}
