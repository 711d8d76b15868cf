// SPDX-License-Identifier: Apache-2.0
// Random layers in QOperator form: QLinearConv, QLinearMatMul and the com.microsoft operators, on quanta.
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, Parameters, QuantizedValue, Value } from './builder.js'
import { isQuantized } from './builder.js'
import { binaryRange } from './functions.js'
import { type Layer, refusesScales } from './layers.js'
import { operandsOf } from './products.js'
import { randomConvolution, randomWeight, type Weight, weightParameters, weightSize } from './sums.js'
import { randomWindow } from './windows.js'

type QuantizedLayer = (b: Builder, x: QuantizedValue) => Value | null

interface Emission {
  readonly shape: readonly number[]
  readonly range: readonly [number, number]
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly domain?: string
}

/** One node whose inputs are made once the output's parameters are known. */
function emit(
  b: Builder,
  operator: string,
  { shape, range, attributes, domain }: Emission,
  inputsOf: (scale: string, zeroPoint: string) => string[],
): QuantizedValue {
  const [low, high] = range
  const parameters = { ...b.parameters(low, high), type: b.style.activation } as Parameters
  const { min, max } = parameters.type === 'int8' ? { min: -128, max: 127 } : { min: 0, max: 255 }
  const fitted = { ...parameters, zeroPoint: Math.min(max, Math.max(min, parameters.zeroPoint)) }
  const [scale, zeroPoint] = b.parameterNames(fitted, false)
  const inputs = inputsOf(scale, zeroPoint)
  const name = b.node(operator, inputs, fitted.type, shape, attributes ?? {}, domain ?? 'com.microsoft')
  return { name, shape, low, high, parameters: fitted }
}

const named = (b: Builder, x: QuantizedValue) => [x.name, ...b.parameterNames(x.parameters, false)]

const rms = ({ low, high }: Value) => Math.max(Math.abs(low), Math.abs(high), 1e-6) * 0.6

function sumRange(x: Value, weight: Weight, depth: number): readonly [number, number] {
  const size = 2 * Math.sqrt(depth) * rms(x) * weightSize(weight)
  return [-size, size]
}

/** An int32 bias of the accumulator's size, or none. */
function bias(b: Builder, units: number, depth: number): string[] {
  if (b.random.integer(0, 2) === 0) return []
  const size = Math.round(Math.sqrt(depth) * 70 * 60)
  return [
    b.constant(
      'int32',
      [units],
      Array.from({ length: units }, () => b.random.integer(-size, size)),
    ),
  ]
}

/** The reference has no kernel for int8 activations with uint8 weights. */
const fits = (x: QuantizedValue, weight: Weight) => x.parameters.type === 'uint8' || weight.type === 'int8'

const convolution: QuantizedLayer = (b, x) => {
  const found = x.shape.length === 3 || x.shape.length === 4 ? randomConvolution(b, x) : null
  if (!found || !fits(x, found.weight) || x.parameters.type !== b.style.activation) return null
  const { weight, output, attributes, depth } = found
  const range = sumRange(x, weight, depth)
  return emit(b, 'QLinearConv', { shape: output, range, attributes, domain: '' }, (scale, zero) => [
    ...named(b, x),
    b.constant(weight.type, weight.shape, weight.quanta),
    ...weightParameters(b, weight, false),
    scale,
    zero,
    ...bias(b, output[1]!, depth),
  ])
}

const matMul: QuantizedLayer = (b, x) => {
  if (x.shape.length < 2 || x.parameters.type !== b.style.activation) return null
  const depth = x.shape.at(-1)!
  const units = b.random.integer(1, 6)
  const weight = randomWeight(b, [depth, units], 1)
  if (!fits(x, weight)) return null
  const shape = [...x.shape.slice(0, -1), units]
  return emit(b, 'QLinearMatMul', { shape, range: sumRange(x, weight, depth), domain: '' }, (scale, zero) => [
    ...named(b, x),
    b.constant(weight.type, weight.shape, weight.quanta),
    ...weightParameters(b, weight, false),
    scale,
    zero,
  ])
}

const activationProduct: QuantizedLayer = (b, x) => {
  const operands = x.parameters.type === b.style.activation ? operandsOf(b, x) : null
  if (!operands || operands.y.parameters.type !== x.parameters.type) return null
  const { y, shape, range } = operands
  return emit(b, 'QLinearMatMul', { shape, range, domain: '' }, (scale, zero) => [
    ...named(b, x),
    ...named(b, y),
    scale,
    zero,
  ])
}

const gemm: QuantizedLayer = (b, x) => {
  if (x.shape.length !== 2 || x.parameters.type !== b.style.activation) return null
  const [rows, depth] = x.shape as [number, number]
  const units = b.random.integer(1, 6)
  const transB = b.random.integer(0, 1)
  const weight = randomWeight(b, transB ? [units, depth] : [depth, units], transB ? 0 : 1)
  if (!fits(x, weight)) return null
  const alpha = b.odd() ? { alpha: { float: b.random.pick([0.5, 0.3, 2]) } } : {}
  const emission = {
    shape: [rows, units],
    range: sumRange(x, weight, depth),
    attributes: { transB, ...alpha },
  }
  return emit(b, 'QGemm', emission, (scale, zero) => [
    ...named(b, x),
    b.constant(weight.type, weight.shape, weight.quanta),
    ...weightParameters(b, weight, false),
    bias(b, units, depth)[0] ?? '',
    scale,
    zero,
  ])
}

const binary: QuantizedLayer = (b, x) => {
  if (refusesScales(b)) return null
  const partners = b.values.filter(
    (v) => isQuantized(v) && v.parameters.type === x.parameters.type && `${v.shape}` === `${x.shape}`,
  ) as QuantizedValue[]
  if (partners.length === 0 || x.parameters.type !== b.style.activation) return null
  const y = b.random.pick(partners)
  const operator = b.random.pick(['Add', 'Mul'] as const)
  const emission = { shape: x.shape, range: binaryRange(operator, x, y) }
  return emit(b, `QLinear${operator}`, emission, (scale, zero) => [
    ...named(b, x),
    ...named(b, y),
    scale,
    zero,
  ])
}

const concat: QuantizedLayer = (b, x) => {
  if (x.shape.length === 0 || x.parameters.type !== b.style.activation) return null
  const axis = b.random.integer(0, x.shape.length - 1)
  const partners = b.values.filter(
    (v) =>
      isQuantized(v) &&
      v.parameters.type === x.parameters.type &&
      v.shape.length === x.shape.length &&
      v.shape.every((d, i) => i === axis || d === x.shape[i]),
  ) as QuantizedValue[]
  const parts = [x, ...(partners.length > 0 ? [b.random.pick(partners)] : [])]
  const shape = x.shape.map((d, i) => (i === axis ? parts.reduce((s, p) => s + p.shape[axis]!, 0) : d))
  const range = [Math.min(...parts.map((p) => p.low)), Math.max(...parts.map((p) => p.high))] as const
  return emit(b, 'QLinearConcat', { shape, range, attributes: { axis } }, (scale, zero) => [
    scale,
    zero,
    ...parts.flatMap((part) => named(b, part)),
  ])
}

const pool: QuantizedLayer = (b, x) => {
  if (refusesScales(b)) return null
  if (x.shape.length < 3 || x.shape.length > 4 || x.parameters.type !== b.style.activation) return null
  const outer = x.shape.slice(0, 2)
  const range = [x.low * 0.8, x.high * 0.8] as const
  const inputs = (scale: string, zero: string) => [...named(b, x), scale, zero]
  if (b.random.boolean()) {
    const shape = [...outer, ...x.shape.slice(2).map(() => 1)]
    const attributes = { channels_last: 0 }
    return emit(b, 'QLinearGlobalAveragePool', { shape, range, attributes }, inputs)
  }
  const window = randomWindow(b, x.shape.slice(2), 'average')
  if (!window || 'dilations' in window.attributes) return null
  const shape = [...outer, ...window.output]
  return emit(b, 'QLinearAveragePool', { shape, range, attributes: window.attributes }, inputs)
}

const table: QuantizedLayer = (b, x) => {
  if (x.parameters.type !== b.style.activation) return null
  const isSigmoid = b.random.boolean()
  const range = isSigmoid ? ([0, 1] as const) : ([x.low * 0.1, Math.max(x.high, 0.1)] as const)
  const attributes = isSigmoid ? {} : { alpha: { float: b.random.pick([0.1, 0.01, 0.3]) } }
  const operator = isSigmoid ? 'QLinearSigmoid' : 'QLinearLeakyRelu'
  return emit(b, operator, { shape: x.shape, range, attributes }, (scale, zero) => [
    ...named(b, x),
    scale,
    zero,
  ])
}

const softmax: QuantizedLayer = (b, x) => {
  if (x.shape.length === 0 || x.parameters.type !== b.style.activation) return null
  const axis = b.random.integer(-x.shape.length, x.shape.length - 1)
  const attributes = { axis, opset: b.random.pick([13, b.style.opset]) }
  return emit(b, 'QLinearSoftmax', { shape: x.shape, range: [0, 1], attributes }, (scale, zero) => [
    ...named(b, x),
    scale,
    zero,
  ])
}

/** Relu or Clip on quanta: plain integers. */
const clamp: QuantizedLayer = (b, x) => {
  const { type } = x.parameters
  if (type === 'int8' && b.style.opset >= 14 && b.random.boolean()) {
    return { ...x, name: b.node('Relu', [x.name], type, x.shape) }
  }
  const bounds = [b.constant(type, [], [type === 'int8' ? -20 : 20]), b.constant(type, [], [100])]
  return { ...x, name: b.node('Clip', [x.name, ...bounds], type, x.shape) }
}

const layer = (make: QuantizedLayer): Layer => {
  return (b, x) => make(b, b.asQuantized(x))
}

export const quantizedLayers: readonly Layer[] = [
  ...[convolution, convolution, convolution, matMul, activationProduct, gemm, gemm, binary, binary],
  ...[concat, pool, pool, table, softmax, clamp],
].map(layer)
