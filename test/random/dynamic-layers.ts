// SPDX-License-Identifier: Apache-2.0
// Random layers quantized at run time, as onnxruntime's quantize_dynamic writes them, in its fused forms, and integer sums alone.
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, FloatValue, Value } from './builder.js'
import { isQuantized } from './builder.js'
import type { Layer } from './layers.js'
import { randomConvolution, randomWeight, type Weight, weightParameters, weightSize } from './sums.js'

interface DynamicTensor {
  readonly quantized: string
  readonly scale: string
  readonly zeroPoint: string
}

function quantizeDynamically(b: Builder, x: FloatValue): DynamicTensor {
  const outputs = b.nodeOf(
    'DynamicQuantizeLinear',
    [x.name],
    [
      { type: 'uint8', shape: x.shape },
      { type: 'float32', shape: [] },
      { type: 'uint8', shape: [] },
    ],
  )
  return { quantized: outputs[0]!, scale: outputs[1]!, zeroPoint: outputs[2]! }
}

interface Sum {
  readonly operator: 'MatMulInteger' | 'ConvInteger'
  readonly weight: Weight
  readonly shape: readonly number[]
  readonly depth: number
  readonly attributes: Readonly<Record<string, Attribute>>
}

function matrixSum(b: Builder, x: Value): Sum | null {
  if (x.shape.length < 2) return null
  const depth = x.shape.at(-1)!
  const units = b.random.integer(1, 7)
  const weight = randomWeight(b, [depth, units], 1)
  const shape = [...x.shape.slice(0, -1), units]
  return { operator: 'MatMulInteger', weight, shape, depth, attributes: {} }
}

/** The reference has one zero point for all weights of a ConvInteger. */
function convolutionSum(b: Builder, x: Value): Sum | null {
  const found = x.shape.length === 3 || x.shape.length === 4 ? randomConvolution(b, x) : null
  if (!found) return null
  const { weight, output: shape, attributes, depth } = found
  const single = { ...weight, scales: weight.scales.slice(0, 1), zeroPoints: weight.zeroPoints.slice(0, 1) }
  return { operator: 'ConvInteger', weight: single, shape, depth, attributes }
}

const rangeOf = (x: Value, { weight, depth }: Sum): readonly [number, number] => {
  const size = 2 * Math.sqrt(depth) * Math.max(-x.low, x.high, 1e-6) * 0.6 * weightSize(weight)
  return [-size, size]
}

function bias(b: Builder, sum: Sum, size: number): string {
  const isImage = sum.operator === 'ConvInteger'
  const units = isImage ? sum.shape[1]! : sum.shape.at(-1)!
  const shape = isImage ? [1, units, ...sum.shape.slice(2).map(() => 1)] : [units]
  const values = Array.from({ length: units }, () => Math.fround(b.random.float(-1, 1) * size * 0.5))
  return b.constant('float32', shape, values)
}

/** DynamicQuantizeLinear, an integer sum, Cast, Mul with both scales, Add. */
const unfused: Layer = (b, x) => {
  const input = b.asFloat(x)
  const sum = b.random.boolean() ? matrixSum(b, input) : convolutionSum(b, input)
  if (!sum) return null
  const { operator, weight, shape, attributes } = sum
  const range = rangeOf(x, sum)
  const { quantized, scale, zeroPoint } = quantizeDynamically(b, input)
  const [weightScale, weightZero] = weightParameters(b, weight, false)
  const quanta = b.constant(weight.type, weight.shape, weight.quanta)
  const inputs = [quantized, quanta, zeroPoint, weightZero]
  const integers = b.node(operator, inputs, 'int32', shape, attributes)
  if (b.odd()) b.outputs.push(integers)
  const cast = b.node('Cast', [integers], 'float32', shape, { to: 1 })
  const factorShape =
    weight.scales.length > 1 || b.style.scaleShape !== 'scalar' ? [weight.scales.length] : []
  const factor = b.node('Mul', [scale, weightScale], 'float32', factorShape)
  const product = b.float('Mul', [cast, factor], shape, range)
  if (b.random.integer(0, 2) === 0) return product
  return b.float('Add', [product.name, bias(b, sum, range[1])], shape, range)
}

const fused: Layer = (b, x) => {
  const input = b.asFloat(x)
  const sum = matrixSum(b, input)
  if (!sum) return null
  const { weight, shape } = sum
  const range = rangeOf(x, sum)
  const quanta = b.constant(weight.type, weight.shape, weight.quanta)
  const [weightScale, weightZero] = weightParameters(b, weight, false)
  const added = b.random.boolean() ? [bias(b, sum, range[1])] : []
  const domain = 'com.microsoft'
  const emit = (operator: string, inputs: readonly string[]): FloatValue => {
    const name = b.node(operator, inputs, 'float32', shape, {}, domain)
    return { name, shape, low: range[0], high: range[1], parameters: null }
  }
  if (b.random.boolean()) {
    return emit('DynamicQuantizeMatMul', [input.name, quanta, weightScale, weightZero, ...added])
  }
  const { quantized, scale, zeroPoint } = quantizeDynamically(b, input)
  const inputs = [quantized, quanta, scale, weightScale, zeroPoint, weightZero, ...added]
  return emit('MatMulIntegerToFloat', inputs)
}

/** Sums of a quantized tensor: an int32 output of the model. */
const integers: Layer = (b, x) => {
  if (!isQuantized(x)) return null
  const sum = b.random.boolean() ? matrixSum(b, x) : convolutionSum(b, x)
  if (!sum) return null
  const { operator, weight, shape, attributes } = sum
  const zeroPoint = b.constant(x.parameters.type, [], [x.parameters.zeroPoint])
  const [, weightZero] = weightParameters(b, weight, false)
  const quanta = b.constant(weight.type, weight.shape, weight.quanta)
  const zeros = b.random.pick([[], [zeroPoint], [zeroPoint, weightZero], ['', weightZero]])
  b.outputs.push(b.node(operator, [x.name, quanta, ...zeros], 'int32', shape, attributes))
  return x
}

/** MatMulInteger of two tensors that are both quantized at run time. */
const both: Layer = (b, x) => {
  if (x.shape.length < 2) return null
  const input = b.asFloat(x)
  const rank = x.shape.length
  const perm = x.shape.map((_, axis) => axis)
  perm.push(perm.splice(rank - 2, 1)[0]!)
  const turnedShape = perm.map((axis) => x.shape[axis]!)
  const turned = b.node('Transpose', [input.name], 'float32', turnedShape, { perm })
  const left = quantizeDynamically(b, input)
  const right = quantizeDynamically(b, { ...input, name: turned, shape: turnedShape })
  const shape = [...x.shape.slice(0, -1), x.shape.at(-2)!]
  const operands = [left.quantized, right.quantized, left.zeroPoint, right.zeroPoint]
  const sum = b.node('MatMulInteger', operands, 'int32', shape)
  const cast = b.node('Cast', [sum], 'float32', shape, { to: 1 })
  const factor = b.node('Mul', [left.scale, right.scale], 'float32', [])
  const size = Math.max(-x.low, x.high) ** 2 * x.shape.at(-1)!
  return b.float('Mul', [cast, factor], shape, [0, size])
}

export const dynamicLayers: readonly Layer[] = [unfused, unfused, fused, integers, both]
