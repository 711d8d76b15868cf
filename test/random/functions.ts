// SPDX-License-Identifier: Apache-2.0
// Random functions of one or two float tensors: activations, chains of them, arithmetic with constants, gates.
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, FloatValue, Value } from './builder.js'

const f = Math.fround

type Range = readonly [number, number]

interface Function {
  readonly operator: string
  readonly range: (low: number, high: number) => Range
  readonly attributes?: (b: Builder) => Readonly<Record<string, Attribute>>
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v))
const hardSwish = (v: number) => v * Math.min(1, Math.max(0, v / 6 + 0.5))

const functions: readonly Function[] = [
  { operator: 'Sigmoid', range: (a, b) => [sigmoid(a), sigmoid(b)] },
  { operator: 'Tanh', range: (a, b) => [Math.tanh(a), Math.tanh(b)] },
  {
    operator: 'HardSigmoid',
    range: () => [0, 1],
    attributes: (b) => (b.random.boolean() ? { alpha: { float: f(1 / 6) } } : {}),
  },
  { operator: 'HardSwish', range: (a, b) => [Math.min(hardSwish(a), -0.3), Math.max(hardSwish(b), 0)] },
  {
    operator: 'LeakyRelu',
    range: (a, b) => [a * 0.1, Math.max(b, 0)],
    attributes: (b) =>
      b.random.boolean() ? { alpha: { float: b.random.pick([0.1, 0.2, 0.01, 1, -0.5]) } } : {},
  },
]

const greatest = (a: number, b: number) => Math.max(-a, b, 0.1)
const odd = (f: (x: number) => number) => (a: number, b: number) => [f(a), f(b)] as const

/** Functions of the C library and what is built on them; the ranges are rough. */
const elementary: readonly Function[] = [
  { operator: 'Neg', range: (a, b) => [-b, -a] },
  { operator: 'Abs', range: (a, b) => [0, greatest(a, b)] },
  { operator: 'Sqrt', range: (_, b) => [0, Math.sqrt(Math.max(b, 0.1))] },
  { operator: 'Reciprocal', range: () => [-20, 20] },
  { operator: 'Exp', range: (_, b) => [0, Math.exp(Math.min(b, 5))] },
  { operator: 'Log', range: (_, b) => [-4, Math.log(Math.max(b, 1.2))] },
  { operator: 'Erf', range: () => [-1, 1] },
  { operator: 'Floor', range: (a, b) => [a, b] },
  { operator: 'Ceil', range: (a, b) => [a, b] },
  { operator: 'Round', range: (a, b) => [a, b] },
  { operator: 'Sign', range: () => [-1, 1] },
  { operator: 'Sin', range: () => [-1, 1] },
  { operator: 'Cos', range: () => [-1, 1] },
  { operator: 'Tan', range: () => [-4, 4] },
  { operator: 'Asin', range: () => [-1.6, 1.6] },
  { operator: 'Acos', range: () => [0, 3.2] },
  { operator: 'Atan', range: () => [-1.6, 1.6] },
  { operator: 'Sinh', range: odd((x) => Math.sinh(Math.max(-3, Math.min(x, 3)))) },
  { operator: 'Cosh', range: (a, b) => [1, Math.cosh(Math.min(3, greatest(a, b)))] },
  { operator: 'Asinh', range: odd(Math.asinh) },
  { operator: 'Acosh', range: (_, b) => [0, Math.acosh(Math.max(b, 1.1))] },
  { operator: 'Atanh', range: () => [-3, 3] },
  { operator: 'Softplus', range: (_, b) => [0, Math.max(b, 0) + 0.7] },
  { operator: 'Softsign', range: () => [-1, 1] },
  { operator: 'Elu', range: (a, b) => [Math.max(a, -1), Math.max(b, 0)] },
  { operator: 'Celu', range: (a, b) => [Math.max(a, -1), Math.max(b, 0)] },
  { operator: 'Selu', range: (a, b) => [Math.max(1.7 * a, -1.76), Math.max(1.05 * b, 0)] },
  {
    operator: 'ThresholdedRelu',
    range: (_, b) => [0, Math.max(b, 0)],
    attributes: () => ({ alpha: { float: 0.5 } }),
  },
  { operator: 'Shrink', range: (a, b) => [a, b], attributes: () => ({ bias: { float: 0.25 } }) },
  { operator: 'Mish', range: (_, b) => [-0.31, Math.max(b, 0)] },
  {
    operator: 'Gelu',
    range: (_, b) => [-0.17, Math.max(b, 0)],
    attributes: (b) => (b.random.boolean() ? { approximate: 'tanh' } : {}),
  },
]

/** The opset that has the function, where that is above 13. */
const since: Readonly<Record<string, number>> = { HardSwish: 14, Mish: 18, Gelu: 20 }

export function relu(b: Builder, x: FloatValue): FloatValue {
  return b.float('Relu', [x.name], x.shape, [Math.max(0, x.low), Math.max(0, x.high)])
}

/** Clip with either bound absent, wide, narrow, or not even in order. */
export function clip(b: Builder, x: FloatValue): FloatValue {
  const { random } = b
  const wide = Math.max(-x.low, x.high, 0.1) * 4
  const low = random.pick([0, 0, -1, -wide, f(x.low * 0.5), null])
  const high = random.pick([6, 1, wide, f(x.high * 0.5), null])
  const bound = (value: number | null) => (value === null ? '' : b.constant('float32', [], [value]))
  const inputs = [x.name, bound(low), bound(high)]
  while (inputs.at(-1) === '') inputs.pop()
  const [bottom, top] = [Math.max(x.low, low ?? x.low), Math.min(x.high, high ?? x.high)]
  return b.float('Clip', inputs, x.shape, [Math.min(bottom, top), Math.max(bottom, top)])
}

/** One activation function, or a gate of it with its own input (x * sigmoid(x), x * hardsigmoid(x)). */
export function activation(b: Builder, x: FloatValue): FloatValue {
  const { random } = b
  const kind = random.integer(0, 9)
  if (kind < 3) return relu(b, x)
  if (kind < 5) return clip(b, x)
  const choices = random.boolean() ? functions : elementary
  const usable = choices.filter((f) => b.style.opset >= (since[f.operator] ?? 13))
  const chosen = random.pick(usable)
  const y = b.float(
    chosen.operator,
    [x.name],
    x.shape,
    chosen.range(x.low, x.high),
    chosen.attributes?.(b) ?? {},
  )
  if (random.integer(0, 4) > 0) return y
  const range: Range = [Math.min(x.low * y.high, x.low * y.low, 0), Math.max(x.high * y.high, 0)]
  return b.float('Mul', random.boolean() ? [x.name, y.name] : [y.name, x.name], x.shape, range)
}

/** Nothing at all, in one of its spellings. */
export function nothing(b: Builder, x: FloatValue): FloatValue {
  const range: Range = [x.low, x.high]
  const number = (value: number) => b.constant('float32', [], [value])
  const kind = b.random.integer(0, 6)
  if (kind === 0) return b.float('Dropout', [x.name], x.shape, range)
  if (kind === 1) return b.float('Dropout', [x.name, number(0.3)], x.shape, range)
  if (kind === 2) return b.float('Cast', [x.name], x.shape, range, { to: 1 })
  if (kind === 3 && b.odd()) return b.float('Add', [x.name, number(0)], x.shape, range)
  if (kind === 4 && b.odd()) return b.float('Mul', [x.name, number(1)], x.shape, range)
  return b.float('Identity', [x.name], x.shape, range)
}

const operations = ['Add', 'Add', 'Mul', 'Mul', 'Sub', 'Div', 'Min', 'Max'] as const

export type BinaryOperator = (typeof operations)[number]

export const randomOperation = (b: Builder): BinaryOperator =>
  b.random.pick(b.odd() ? operations : operations.slice(0, 4))

/** Range of a op b. */
export function binaryRange(operator: BinaryOperator, a: Value, b: Value): Range {
  const corners: Record<BinaryOperator, (x: number, y: number) => number> = {
    Add: (x, y) => x + y,
    Sub: (x, y) => x - y,
    Mul: (x, y) => x * y,
    Div: (x, y) => (y === 0 ? x : x / y),
    Min: Math.min,
    Max: Math.max,
  }
  const values = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => corners[operator](x, y)))
  return [Math.min(...values) * 0.8, Math.max(...values) * 0.8]
}

/** x op constant: a scalar, one per channel, or one per element; float, or dequantized quanta. */
export function withConstant(b: Builder, x: FloatValue): FloatValue {
  const { random } = b
  const operator = random.pick(operations)
  const rank = x.shape.length
  const perChannel = x.shape.map((d, axis) => (axis === Math.min(1, rank - 1) ? d : 1))
  const shape = random.pick([[], [], [1], perChannel, perChannel.slice(1), x.shape])
  const count = shape.reduce((p, d) => p * d, 1)
  const size = Math.max(-x.low, x.high, 0.1)
  let values = Array.from({ length: count }, () => f(random.pick([random.float(0.2, 1.5), 0.5, 2])))
  if (operator === 'Add' || operator === 'Sub') values = values.map((v) => f((v - 0.8) * size))
  const constant = { shape, low: Math.min(...values), high: Math.max(...values), parameters: null }
  let name = ''
  if (random.integer(0, 2) === 0) {
    const parameters = b.parameters(constant.low, constant.high)
    const quanta = values.map((v) => Math.round(v / parameters.scale) + parameters.zeroPoint)
    const { type } = parameters
    const [low, high] = type === 'int8' ? [-128, 127] : [0, 255]
    const clamped = quanta.map((q) => Math.min(high, Math.max(low, q)))
    name = b.dequantize({ ...constant, name: b.constant(type, shape, clamped), parameters }).name
  } else name = b.constant('float32', shape, values)
  const range = binaryRange(operator, x, { ...constant, name })
  return b.float(
    operator,
    random.boolean() ? [x.name, name] : [name, x.name],
    broadcast(x.shape, shape),
    range,
  )
}

/** numpy broadcasting; shapes fit. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1),
  )
}

export function batchNormalization(b: Builder, x: FloatValue): FloatValue | null {
  const channels = x.shape[1]
  if (channels === undefined) return null
  const list = (low: number, high: number) =>
    b.constant(
      'float32',
      [channels],
      Array.from({ length: channels }, () => b.random.float(low, high)),
    )
  const inputs = [x.name, list(0.5, 1.5), list(-0.5, 0.5), list(-0.5, 0.5), list(0.3, 2)]
  const range: Range = [x.low * 1.5 - 0.5, x.high * 1.5 + 0.5]
  return b.float('BatchNormalization', inputs, x.shape, range, b.odd() ? { epsilon: { float: 0.001 } } : {})
}
