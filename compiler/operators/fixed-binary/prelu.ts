// SPDX-License-Identifier: Apache-2.0
// PRELU of int8 or int16 with constant int8 slopes. Of int8 it is a table, or one per coordinate along the last axis.
import { type FixedMultiplier, requantizeFixed } from '../../arithmetic/fixed-point.js'
import type { Constant, Quantization } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, int8Table, integerRange } from '../tflite-rules.js'
import { endsOf } from '../tflite-tables.js'
import { broadcast } from './tflite.js'

interface Slopes {
  readonly positive: FixedMultiplier
  readonly negative: FixedMultiplier
}

export const prelu: TfliteOperator = {
  name: 'PRELU',
  inputs: [2, 2],
  convert(node, conversion) {
    const { input, output } = endsOf(node, 'int8', 'int16')
    node.requireType(node.input(1), 'int8')
    const alpha = node.constant(1, 'The slope')
    const [from, to, by] = [input, output, node.input(1)].map((t) => node.quantization(t)) as [
      Quantization,
      Quantization,
      Quantization,
    ]
    const slopes = {
      positive: checkedMultiplier(node, from.scale / to.scale),
      negative: checkedMultiplier(node, (from.scale * by.scale) / to.scale),
    }
    const last = alpha.shape.at(-1) ?? 1
    const isPerLast = alpha.data.length === last && (last === 1 || last === input.shape.at(-1))
    if (input.type === 'int8' && isPerLast) emitTables(node, conversion, alpha, slopes)
    else emitPairs(node, conversion, alpha, slopes)
  },
}

function emitTables(
  node: TfliteNode,
  conversion: TfliteConversion,
  { data }: Constant,
  { positive, negative }: Slopes,
): void {
  const [input, output] = [node.input(0), node.output()]
  const { zeroPoint } = node.quantization(input)
  const slopeZero = node.quantization(node.input(1)).zeroPoint
  const range = { ...integerRange('int8'), zeroPoint: node.quantization(output).zeroPoint }
  const tables = Array.from(data as Int8Array, (slope) =>
    int8Table((q) => {
      const v = q - zeroPoint
      return v >= 0
        ? requantizeFixed(v, positive, range)
        : requantizeFixed(v * (slope - slopeZero), negative, range)
    }),
  )
  const table = Int8Array.from(tables.flatMap((one) => [...one]))
  const attributes = { table, axis: tables.length === 1 ? null : input.shape.length - 1, label: 'prelu' }
  conversion.emitOutput('table', [conversion.stored(input.name)], output, attributes)
}

/** Element by element with its slope, which is brought to the input's type. */
function emitPairs(
  node: TfliteNode,
  conversion: TfliteConversion,
  alpha: Constant,
  { positive, negative }: Slopes,
): void {
  const [input, output] = [node.input(0), node.output()]
  node.requireShape(output, broadcast(node, input.shape, alpha.shape))
  const data = input.type === 'int16' ? Int16Array.from(alpha.data as Int8Array) : alpha.data
  const value = { type: input.type, shape: alpha.shape, data }
  const { type, shape } = value
  const slope = conversion.emit('constant', [], { type, shape }, { value })
  conversion.emitOutput('fixed_binary', [conversion.stored(input.name), slope], output, {
    operation: 'prelu',
    a: { zeroPoint: node.quantization(input).zeroPoint, fixed: positive },
    b: { zeroPoint: node.quantization(node.input(1)).zeroPoint, fixed: negative },
    leftShift: 0,
    requantization: {
      fixed: [negative],
      zeroPoint: node.quantization(output).zeroPoint,
      ...integerRange(output.type),
    },
  })
}
