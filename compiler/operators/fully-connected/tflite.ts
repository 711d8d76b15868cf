// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED: rows of the flattened input times a [units, depth] weight.
import { f32 } from '../../arithmetic/float32.js'
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { Tensor } from '../../ir/graph.js'
import { sizeOf } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { productRequantization } from '../tflite-rules.js'
import { tfliteBias, wideSum } from '../tflite-sums.js'

/** TFLite Micro's own check of the bias against input and weight. */
const farthestBiasScale = 0.02

export const fullyConnected: TfliteOperator = {
  name: 'FULLY_CONNECTED',
  inputs: [2, 3],
  int4: 1,
  convert(node, conversion) {
    const [input, weight, output] = [node.input(0), node.input(1), node.output()]
    node.requireType(input, 'int8', 'int16')
    node.requireType(weight, 'int8')
    node.requireType(output, input.type)
    if (node.int('weightsFormat') !== 0) {
      throw node.error(
        'unsupported-attribute',
        'The weights are shuffled',
        'Convert the model with plain weights.',
        'weights_format',
      )
    }
    node.requireRank(weight, 2)
    const [units, depth] = weight.shape as [number, number]
    const rows = rowsOf(node, input, output, units, depth)
    const quantization = node.quantization(input)
    const { scales, zeroPoints, axis } = node.scales(weight)
    if (scales.length !== 1 && (scales.length !== units || axis !== 0)) throw wrongScales(node, weight)
    checkBiasScale(node, output, quantization.scale, scales)
    const isPerUnit = scales.length > 1
    if (isPerUnit && node.isInt4(1)) {
      throw node.refused(
        'TFLite Micro does not load it: int4 weights of this operator have one scale',
        'Convert the model with int8 weights.',
      )
    }
    const float32 = conversion.multipliers === 'float32' && !isPerUnit
    const requantization = productRequantization(node, quantization, scales, output, (i, w, o) =>
      float32 ? f32(i * w) / o : (i * w) / o,
    )
    if (input.type === 'int16') {
      emitWide(node, conversion, [rows, depth], requantization)
      return
    }
    const attributes = {
      weight: node.constant(1, 'The weight'),
      // Per channel the reference takes the zero points for 0.
      weightZeroPoints: isPerUnit ? [0] : zeroPoints,
      bias: tfliteBias(node, 2, units),
      inputZeroPoint: quantization.zeroPoint,
      requantization,
      floatMultipliers: null,
      floatBias: null,
    }
    const x = reshaped(conversion, conversion.stored(input.name), input, [rows, depth])
    const shape = [rows, units]
    if (shape.length === output.shape.length) {
      conversion.emitOutput('fully_connected', [x], output, attributes)
      return
    }
    const y = conversion.emit('fully_connected', [x], { type: 'int8', shape }, attributes)
    conversion.emitOutput('reshape', [y], output, {})
  },
}

/** Of int16: rows as images of one pixel, convolved by 1 x 1. Zero points count, unlike in a convolution of the file. */
function emitWide(
  node: TfliteNode,
  conversion: TfliteConversion,
  [rows, depth]: readonly [number, number],
  requantization: FixedRequantization,
): void {
  const [input, weight, output] = [node.input(0), node.input(1), node.output()]
  const units = weight.shape[0]!
  const { zeroPoints } = node.scales(weight)
  if (zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    throw node.refused('The weight has a zero point', 'Convert the model again: weights are symmetric.')
  }
  const constant = node.constant(1, 'The weight')
  const place = { up: 1, pad: 0, step: 1, down: 1 }
  const x = conversion.emit(
    'reshape',
    [conversion.stored(input.name)],
    { type: input.type, shape: [rows, depth, 1, 1] },
    {},
  )
  const y = conversion.emit(
    'fixed_convolution',
    [x],
    { type: output.type, shape: [rows, units, 1, 1] },
    {
      weight: { ...constant, shape: [units, depth, 1, 1] },
      ...wideSum(node, 2, units, ['int64', 'int32'], requantization),
      ...{ group: 1, inputZeroPoint: node.quantization(input).zeroPoint, placing: [place, place] },
    },
  )
  conversion.emitOutput('reshape', [y], output, {})
}

function rowsOf(node: TfliteNode, input: Tensor, output: Tensor, units: number, depth: number): number {
  if (depth < 1 || units < 1 || output.shape.at(-1) !== units) {
    throw node.malformed(`A weight [${units},${depth}] does not give [${output.shape}]`)
  }
  const rows = sizeOf(output.shape) / units
  if (sizeOf(input.shape) !== rows * depth) {
    throw node.malformed(`An input [${input.shape}] has no ${rows} rows of ${depth}`)
  }
  return rows
}

function reshaped(
  conversion: TfliteConversion,
  name: string,
  { type, shape }: Tensor,
  wanted: readonly number[],
): string {
  const isSame = shape.length === wanted.length && shape.every((length, axis) => length === wanted[axis])
  return isSame ? name : conversion.emit('reshape', [name], { type, shape: wanted }, {})
}

function wrongScales(node: TfliteNode, weight: Tensor) {
  const { scales, axis } = node.scales(weight)
  return node.error(
    'inconsistent-quantization',
    `The weight [${weight.shape}] has ${scales.length} scales along axis ${axis}`,
    'Give one scale, or one per unit along axis 0.',
  )
}

function checkBiasScale(
  node: TfliteNode,
  output: Tensor,
  inputScale: number,
  scales: readonly number[],
): void {
  if (!node.has(2) || scales.length !== 1) return
  const { scales: biasScales } = node.scales(node.input(2))
  const product = inputScale * scales[0]!
  if (Math.abs(product - biasScales[0]!) / node.quantization(output).scale <= farthestBiasScale) return
  throw node.refused(
    `TFLite Micro does not load it: the bias has the scale ${biasScales[0]}, input and weight ${product}`,
    'Convert the model again.',
  )
}
