// SPDX-License-Identifier: Apache-2.0
// LOGISTIC and TANH: of int8 a table of the fixed-point function, of int16 a curve of 256 points.
import { type Curve, curveArgument, largestCurveScale } from '../../arithmetic/fixed-curves.js'
import { logisticInt8, tanhInt8 } from '../../arithmetic/tflite-functions.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { int8Table } from '../tflite-rules.js'
import { emitTable, endsOf } from '../tflite-tables.js'

const curved = (
  name: string,
  curve: Curve,
  [parts, zeroPoint]: readonly [number, number],
  apply: (v: number, scale: number) => number,
): TfliteOperator => ({
  name,
  inputs: [1, 1],
  convert(node, conversion) {
    const { input } = endsOf(node, 'int8', 'int16')
    if (input.type === 'int16') {
      emitCurve(node, conversion, curve)
      return
    }
    const from = node.quantization(input)
    requireOutput(node, parts, zeroPoint)
    if (from.scale < 2 ** -27) throw undefinedScale(node, from.scale)
    emitTable(
      node,
      conversion,
      int8Table((q) => apply(q - from.zeroPoint, from.scale)),
    )
  },
})

function emitCurve(node: TfliteNode, conversion: TfliteConversion, curve: Curve): void {
  const { scale, zeroPoint } = node.quantization(node.input(0))
  requireOutput(node, 2 ** 15, 0)
  if (zeroPoint !== 0) {
    throw node.refused(
      `TFLite Micro does not load it: the input has the zero point ${zeroPoint} instead of 0`,
      'Convert the model again.',
    )
  }
  if (scale > largestCurveScale) throw undefinedScale(node, scale)
  const attributes = { curve, argument: curveArgument(curve, scale) }
  conversion.emitElementwise(node.input(0), node.output(), (x, output) =>
    conversion.emit('fixed_curve', [x], output, attributes),
  )
}

function requireOutput(node: TfliteNode, parts: number, expected: number): void {
  const { scale, zeroPoint } = node.quantization(node.output())
  if (scale === 1 / parts && zeroPoint === expected) return
  throw node.refused(
    `TFLite Micro takes the output's scale for 1/${parts} and its zero point for ${expected}; they are ${scale} and ${zeroPoint}`,
    'Convert the model again.',
  )
}

const undefinedScale = (node: TfliteNode, scale: number) =>
  node.refused(
    `TFLite Micro's arithmetic is undefined for an input scale of ${scale}`,
    'Convert the model again.',
  )

export const logistic = curved('LOGISTIC', 'logistic', [256, -128], logisticInt8)
export const tanh = curved('TANH', 'tanh', [128, 0], tanhInt8)
