// SPDX-License-Identifier: Apache-2.0
// Random layers: each takes a tensor of the model so far and appends nodes. In QDQ form around float operators, in
// QOperator form (quantized-layers.ts) on quanta.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Builder, FloatValue, Value } from './builder.js'
import { isQuantized } from './builder.js'
import { copy, maxPool, pad } from './copies.js'
import {
  activation,
  batchNormalization,
  binaryRange,
  broadcast,
  nothing,
  randomOperation,
  relu,
  withConstant,
} from './functions.js'
import { indexedCopy } from './indexed-copies.js'
import { activationProduct } from './products.js'
import { recurrentLayer } from './recurrent.js'
import {
  globalMaxPool,
  instanceNormalization,
  layerNormalization,
  logSoftmax,
  power,
  prelu,
  reduction,
  resize,
  transposedConvolution,
} from './rows.js'
import { convolution, gemm, matMul } from './sums.js'
import { randomWindow } from './windows.js'
import { writtenOut } from './written-out.js'

/** Null: does not fit this tensor. */
export type Layer = (b: Builder, x: Value) => Value | null

const asFloatResult = (value: Value): FloatValue => ({ ...value, parameters: null })

/** What stands behind a fusable operator: nothing, a Relu that its Q swallows, or what may keep it from being fused. */
function finish(b: Builder, y: FloatValue | null): Value | null {
  if (!y) return null
  let result = y
  if (b.odd()) result = nothing(b, result)
  if (b.odd()) result = activation(b, result)
  else if (b.style.zeroPoints === 'fitted' && b.chance(0.4)) {
    const rectified = relu(b, result)
    if (!b.odd()) return b.quantize(rectified, b.rectifiedParameters(rectified.high))
    result = rectified
  }
  if (b.odd()) result = asFloatResult(copy(b, result) ?? result)
  return settle(b, result)
}

/** The result is mostly quantized: once, twice, in two ways, or through a second pair. */
export function settle(b: Builder, y: FloatValue): Value {
  if (!b.chance(b.style.quantizeChance)) return y
  const q = b.quantize(y)
  if (b.odd()) {
    const again = b.random.boolean() ? q.parameters : b.parameters(y.low, y.high)
    b.values.push(b.quantize(y, again))
  }
  if (!b.odd()) return q
  const pair = b.quantize(b.dequantize(q), b.random.boolean() ? q.parameters : undefined)
  return pair
}

/** What stands between a DQ and its reader, now and then. */
function approach(b: Builder, x: Value): FloatValue {
  let value = b.asFloat(x)
  if (b.odd()) value = nothing(b, value)
  return value
}

/** Of a tensor that is quantized where results mostly are. */
const sum = (make: typeof convolution): Layer => {
  return (b, x) => {
    let input: Value = b.chance(b.style.quantizeChance) ? b.asQuantized(x) : x
    if (b.odd()) input = copy(b, input) ?? input
    return finish(b, make(b, input))
  }
}

/** QLinearAdd, QLinearMul and QLinearAveragePool take scales of shape [] only: others are a rare try. */
export const refusesScales = (b: Builder): boolean => b.style.scaleShape !== 'scalar' && !b.odd()

/** Element-wise operation with another tensor of the model that broadcasts, or with x itself. */
const binary: Layer = (b, x) => {
  if (refusesScales(b)) return null
  const fits = (other: Value) => {
    const rank = Math.min(other.shape.length, x.shape.length)
    const tail = (shape: readonly number[]) => shape.slice(shape.length - rank)
    const [p, q] = [tail(x.shape), tail(other.shape)]
    return p.every((d, i) => d === q[i] || d === 1 || q[i] === 1)
  }
  const partners = b.values.filter((v) => fits(v) && sizeOf(broadcast(v.shape, x.shape)) <= 500)
  if (partners.length === 0) return null
  const same = partners.filter((v) => `${v.shape}` === `${x.shape}` && v.name !== x.name)
  const y = b.random.pick(same.length > 0 && !b.odd() ? same : partners)
  const operator = randomOperation(b)
  const isSettled = !b.odd()
  const [left, right] = [x, y].map((v) => (isSettled ? b.dequantize(b.asQuantized(v)) : approach(b, v)))
  const inputs = [left!.name, right!.name]
  const shape = broadcast(x.shape, y.shape)
  return finish(b, b.float(operator, inputs, shape, binaryRange(operator, x, y)))
}

const concat: Layer = (b, x) => {
  const axis = b.random.integer(0, x.shape.length - 1)
  if (x.shape.length === 0) return null
  const fits = (v: Value) =>
    v.shape.length === x.shape.length && v.shape.every((d, i) => i === axis || d === x.shape[i])
  const others = b.values.filter(fits).slice(-4)
  const parts = [x, ...Array.from({ length: b.random.integer(1, 2) }, () => b.random.pick(others))]
  const floats = parts.map((part) => b.asFloat(part))
  const shape = x.shape.map((d, i) => (i === axis ? parts.reduce((s, p) => s + p.shape[axis]!, 0) : d))
  const range = [Math.min(...parts.map((p) => p.low)), Math.max(...parts.map((p) => p.high))] as const
  const names = floats.map((p) => p.name)
  return settle(b, b.float('Concat', names, shape, range, { axis }))
}

const averagePool: Layer = (b, x) => {
  if (refusesScales(b)) return null
  if (x.shape.length < 3 || x.shape.length > 4) return null
  const input = approach(b, x)
  const range = [x.low * 0.8, x.high * 0.8] as const
  const outer = x.shape.slice(0, 2)
  if (b.random.integer(0, 2) === 0) {
    const shape = [...outer, ...x.shape.slice(2).map(() => 1)]
    return finish(b, b.float('GlobalAveragePool', [input.name], shape, range))
  }
  const window = randomWindow(b, x.shape.slice(2), 'average')
  if (!window) return null
  const shape = [...outer, ...window.output]
  return finish(b, b.float('AveragePool', [input.name], shape, range, window.attributes))
}

const softmax: Layer = (b, x) => {
  if (x.shape.length === 0) return null
  const axis = b.random.pick([-1, x.shape.length - 1, b.random.integer(0, x.shape.length - 1)])
  const attributes = axis === -1 && b.random.boolean() ? {} : { axis }
  return settle(b, b.float('Softmax', [approach(b, x).name], x.shape, [0, 1], attributes))
}

/** Ends a branch: its result is an output of the model. */
const extremumIndex: Layer = (b, x) => {
  if (x.shape.length === 0) return null
  const axis = b.random.integer(0, x.shape.length - 1)
  const keepdims = b.random.integer(0, 1)
  const shape = x.shape.flatMap((d, i) => (i === axis ? (keepdims ? [1] : []) : [d]))
  const last = b.random.boolean() ? { select_last_index: b.random.integer(0, 1) } : {}
  const input = isQuantized(x) && b.odd() ? x : approach(b, x)
  const operator = b.random.pick(['ArgMax', 'ArgMax', 'ArgMin'])
  b.outputs.push(b.node(operator, [input.name], 'int64', shape, { axis, keepdims, ...last }))
  return x
}

/** The values go on; the indices are an output of the model. */
const topK: Layer = (b, x) => {
  if (x.shape.length === 0) return null
  const axis = b.random.integer(0, x.shape.length - 1)
  const count = b.random.integer(1, x.shape[axis]!)
  const shape = x.shape.map((d, i) => (i === axis ? count : d))
  const input = isQuantized(x) && b.odd() ? x : approach(b, x)
  const attributes = { axis: b.odd() ? axis - x.shape.length : axis, largest: b.random.integer(0, 1) }
  const outputs = [
    { type: input.parameters?.type ?? 'float32', shape },
    { type: 'int64', shape },
  ] as const
  const [values, indices] = b.nodeOf(
    'TopK',
    [input.name, b.constant('int64', [1], [count])],
    outputs,
    attributes,
  )
  b.outputs.push(indices!)
  const y = { ...input, name: values!, shape }
  return isQuantized(y) ? y : settle(b, asFloatResult(y))
}

/** Operators on floats whose result is then settled; copies and maxima also on quanta. */
const onFloat = (make: (b: Builder, x: FloatValue) => Value | null): Layer => {
  return (b, x) => {
    const y = make(b, approach(b, x))
    return y && settle(b, asFloatResult(y))
  }
}

const onEither = (make: Layer): Layer => {
  return (b, x) => (isQuantized(x) && b.random.integer(0, 3) === 0 ? make(b, x) : onFloat(make)(b, x))
}

/** Two or three functions in a row, no Q between. */
const chain = (b: Builder, x: FloatValue): FloatValue => activation(b, activation(b, x))

export const floatLayers: readonly Layer[] = [
  ...[sum(convolution), sum(convolution), sum(convolution), sum(gemm), sum(matMul)],
  ...[sum(activationProduct), sum(activationProduct)],
  ...[binary, binary, concat, averagePool, softmax, extremumIndex, topK],
  ...[onFloat(activation), onFloat(activation), onFloat(chain), onFloat(withConstant)],
  onFloat((b, x) => writtenOut(b, b.odd() ? x : withConstant(b, x))),
  ...[onFloat(batchNormalization), onFloat(nothing)],
  ...[onFloat(reduction), onFloat(layerNormalization), onFloat(instanceNormalization), onFloat(logSoftmax)],
  ...[
    onFloat(globalMaxPool),
    onFloat(prelu),
    onFloat(power),
    onFloat(resize),
    onFloat(transposedConvolution),
    onFloat(recurrentLayer),
    onEither(indexedCopy),
    onEither(indexedCopy),
  ],
  ...[onEither(copy), onEither(copy), onEither(maxPool), onEither(pad)],
]
