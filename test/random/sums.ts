// SPDX-License-Identifier: Apache-2.0
// Random convolutions and matrix products in QDQ form: weights quantized, float or quantized by the model itself; bias
// int32, float, badly scaled or absent.
import { rangeOf, sizeOf } from '../../compiler/ir/types.js'
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, FloatValue, Value } from './builder.js'
import { randomWindow } from './windows.js'

const f = Math.fround

export interface Weight {
  readonly shape: readonly number[]
  readonly quanta: readonly number[]
  readonly type: 'int8' | 'uint8'
  /** One, or one per output channel along `axis`. */
  readonly scales: readonly number[]
  readonly zeroPoints: readonly number[]
  readonly axis: number
}

/** Root of the mean square of the quanta below: what the range of a sum is estimated from. */
const typicalQuantum = 70

export function randomWeight(b: Builder, shape: readonly number[], axis: number): Weight {
  const { random } = b
  const type = b.odd() ? random.pick(['int8', 'uint8'] as const) : b.style.weight
  const { min, max } = rangeOf(type)
  const count = b.style.perChannel !== b.odd() ? shape[axis]! : 1
  const middle = type === 'int8' ? 0 : 128
  const zeroPoint = () =>
    b.odd() ? random.integer(min, max) : middle + (b.odd() ? random.integer(-9, 9) : 0)
  const base = random.scale() / 128
  const isSmall = random.integer(0, 5) === 0
  return {
    shape,
    quanta: Array.from({ length: sizeOf(shape) }, () =>
      isSmall ? middle + random.integer(-3, 3) : random.integer(Math.max(min, middle - 128), max),
    ),
    type,
    scales: Array.from({ length: count }, () => f(base * (count === 1 ? 1 : random.scale() + 0.3))),
    zeroPoints: Array.from({ length: count }, zeroPoint),
    axis,
  }
}

/** Real weights' typical size. */
export const weightSize = ({ scales }: Weight) => typicalQuantum * Math.max(...scales)

const realWeights = ({ shape, quanta, scales, zeroPoints, axis }: Weight): number[] => {
  const inner = sizeOf(shape.slice(axis + 1))
  const channel = (i: number) => (scales.length === 1 ? 0 : Math.floor(i / inner) % shape[axis]!)
  return quanta.map((q, i) => f((q - zeroPoints[channel(i)]!) * scales[channel(i)]!))
}

/** Constants of scale and zero point; [1] or scalar for one. */
export function weightParameters(b: Builder, weight: Weight, mayOmit: boolean): [string, string] {
  const { scales, zeroPoints, type } = weight
  const isScalar = scales.length === 1 && b.style.scaleShape !== 'one'
  const shape = isScalar ? [] : [scales.length]
  const scale = b.constant('float32', shape, scales)
  if (mayOmit && zeroPoints.every((z) => z === 0) && b.style.omitsZeroPoints) return [scale, '']
  return [scale, b.constant(type, shape, zeroPoints)]
}

/** The weight as a float tensor: DQ of a constant, Q and DQ of a float constant, or a float constant. */
function weightInput(b: Builder, weight: Weight): string {
  const { shape, quanta, type, axis, scales } = weight
  const isFloat = b.style.oddity > 0 && b.chance(0.12)
  if (isFloat) return b.constant('float32', shape, realWeights(weight))
  const [scale, zero] = weightParameters(b, weight, true)
  const attributes = scales.length > 1 || b.random.boolean() ? { axis } : {}
  let quantized = ''
  if (zero !== '' && b.chance(0.1)) {
    const real = b.constant('float32', shape, realWeights(weight))
    quantized = b.node('QuantizeLinear', [real, scale, zero], type, shape, attributes, b.style.domain)
  } else quantized = b.constant(type, shape, quanta)
  const inputs = [quantized, scale, ...(zero === '' ? [] : [zero])]
  return b.node('DequantizeLinear', inputs, 'float32', shape, attributes, b.style.domain)
}

/** A bias as a float tensor, or '' for none. `size` = typical size of the sum that it is added to. */
function biasInput(
  b: Builder,
  weight: Weight,
  inputScale: number,
  shape: readonly number[],
  size: number,
): string {
  const kind = b.random.pick(['none', 'int32', 'int32', 'int32', 'float'] as const)
  if (kind === 'none') return ''
  const count = sizeOf(shape)
  const values = Array.from({ length: count }, () => f(b.random.float(-1, 1) * size * 0.5))
  if (kind === 'float') return b.constant('float32', shape, values)
  const wrong = b.odd() ? b.random.float(0.5, 2) : 1
  const perChannel = weight.scales.length > 1 && shape.length === 1 && weight.scales.length === count
  const scales = (perChannel ? weight.scales : [weight.scales[0]!]).map((s) => f(f(inputScale * s) * wrong))
  const quanta = values.map((v, i) => Math.round(v / scales[perChannel ? i : 0]!))
  const scaleShape = perChannel ? [count] : b.style.scaleShape === 'one' ? [1] : []
  const inputs = [
    b.constant(
      'int32',
      shape,
      quanta.map((q) => Math.max(-(2 ** 30), Math.min(2 ** 30, q))),
    ),
    b.constant('float32', scaleShape, scales),
  ]
  if (b.random.boolean())
    inputs.push(
      b.constant(
        'int32',
        scaleShape,
        scales.map(() => 0),
      ),
    )
  const attributes = perChannel ? { axis: 0 } : {}
  return b.node('DequantizeLinear', inputs, 'float32', shape, attributes, b.style.domain)
}

const rms = ({ low, high }: Value) => Math.max(Math.abs(low), Math.abs(high), 1e-6) * 0.6

/** Range of a sum over `depth` products. */
function sumRange(x: Value, weight: Weight, depth: number): [number, number] {
  const size = 2 * Math.sqrt(depth) * rms(x) * weightSize(weight)
  return [-size, size]
}

/** That of a bias, to go with a float tensor, is any. */
const scaleOf = ({ parameters, high }: Value) => parameters?.scale ?? Math.max(high, 0.1) / 200

export interface ConvolutionShape {
  readonly weight: Weight
  readonly output: readonly number[]
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly depth: number
}

/** Pre: x [N, C, ...spatial]. Null where no window fits. */
export function randomConvolution(b: Builder, x: Value): ConvolutionShape | null {
  const { random } = b
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  const divisors = [1, 2, 3, 4].filter((d) => channels % d === 0)
  const group = random.pick([1, 1, channels, random.pick(divisors)])
  const units = group * random.integer(1, group > 1 ? 2 : 5)
  const window = randomWindow(b, spatial, 'convolution')
  if (!window) return null
  const { kernel, output, attributes } = window
  const weight = randomWeight(b, [units, channels / group, ...kernel], 0)
  const withGroup = group > 1 || random.boolean() ? { ...attributes, group } : attributes
  const depth = (channels / group) * sizeOf(kernel)
  return { weight, output: [batch, units, ...output], attributes: withGroup, depth }
}

export function convolution(b: Builder, x: Value): FloatValue | null {
  const shape = randomConvolution(b, x)
  if (!shape) return null
  const { weight, output, attributes, depth } = shape
  const range = sumRange(x, weight, depth)
  const input = b.asFloat(x)
  const w = weightInput(b, weight)
  const bias = biasInput(b, weight, scaleOf(x), [output[1]!], range[1])
  const inputs = [input.name, w, ...(bias === '' ? [] : [bias])]
  return b.float('Conv', inputs, output, range, attributes)
}

/** Gemm of a matrix, with all its attributes. */
export function gemm(b: Builder, x: Value): FloatValue | null {
  const { random } = b
  if (x.shape.length !== 2) return null
  const [rows, depth] = x.shape as [number, number]
  const units = random.integer(1, 7)
  const transB = random.integer(0, 1)
  const weight = randomWeight(b, transB ? [units, depth] : [depth, units], transB ? 0 : 1)
  const range = sumRange(x, weight, depth)
  const biasShape = b.odd() ? random.pick([[1, units], [rows, 1], [], [1]]) : [units]
  const input = b.asFloat(x)
  const w = weightInput(b, weight)
  const bias = biasInput(b, weight, scaleOf(x), biasShape, range[1])
  const attributes: Record<string, Attribute> = { transB }
  if (b.odd()) attributes.alpha = { float: random.pick([0.5, 1, 2, 0.3]) }
  if (b.odd()) attributes.beta = { float: random.pick([0.5, 1]) }
  const inputs = [input.name, w, ...(bias === '' ? [] : [bias])]
  return b.float('Gemm', inputs, [rows, units], range, attributes)
}

/** MatMul with a constant on the right, alone or with a bias behind. */
export function matMul(b: Builder, x: Value): FloatValue | null {
  const { random } = b
  if (x.shape.length < 2) return null
  const depth = x.shape.at(-1)!
  const units = random.integer(1, 6)
  const weight = randomWeight(b, [depth, units], 1)
  const range = sumRange(x, weight, depth)
  const shape = [...x.shape.slice(0, -1), units]
  const product = b.float('MatMul', [b.asFloat(x).name, weightInput(b, weight)], shape, range)
  if (random.boolean()) return product
  const values = Array.from({ length: units }, () => f(random.float(-1, 1) * range[1] * 0.5))
  const isQuantizedBefore = b.odd()
  const left = isQuantizedBefore ? b.dequantize(b.quantize(product)) : product
  const bias = b.constant('float32', b.odd() ? [1, units] : [units], values)
  const inputs = random.boolean() ? [left.name, bias] : [bias, left.name]
  return b.float('Add', inputs, shape, range)
}
