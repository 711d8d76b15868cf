// SPDX-License-Identifier: Apache-2.0
// Random operators on whole rows, which the reference computes in float: reductions, normalizations, LogSoftmax; and
// PRelu and Pow.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Builder, FloatValue } from './builder.js'

const f = Math.fround

type Make = (b: Builder, x: FloatValue) => FloatValue | null

const reductions = [
  'ReduceMean',
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
  'ReduceMin',
  'ReduceL1',
  'ReduceL2',
] as const

/** Trailing axes mostly, which have an order that is known. */
export const reduction: Make = (b, x) => {
  const { random } = b
  const rank = x.shape.length
  if (rank === 0) return null
  const operator = random.pick(reductions)
  const first = random.integer(rank > 2 ? 2 : 0, rank - 1)
  const trailing = x.shape.flatMap((_, axis) => (axis >= first ? [axis] : []))
  const axes = random.integer(0, 2) > 0 ? trailing : [random.integer(0, rank - 1)]
  const keepdims = random.integer(0, 1)
  const isInput = b.style.opset >= 18 || (operator === 'ReduceSum' && b.style.opset >= 13)
  const inputs = isInput ? [x.name, b.constant('int64', [axes.length], axes)] : [x.name]
  const count = sizeOf(axes.map((axis) => x.shape[axis]!))
  const size = Math.max(-x.low, x.high)
  const ranges: Partial<Record<string, [number, number]>> = {
    ReduceSum: [x.low * Math.sqrt(count), x.high * Math.sqrt(count)],
    ReduceL1: [0, (size * count) / 2],
    ReduceL2: [0, size * Math.sqrt(count)],
  }
  const shape = x.shape.flatMap((d, axis) => (axes.includes(axis) ? (keepdims ? [1] : []) : [d]))
  const attributes = { keepdims, ...(isInput ? {} : { axes }) }
  return b.float(operator, inputs, shape, ranges[operator] ?? [x.low, x.high], attributes)
}

const list = (b: Builder, shape: readonly number[], low: number, high: number) =>
  b.constant(
    'float32',
    shape,
    Array.from({ length: sizeOf(shape) }, () => b.random.float(low, high)),
  )

export const layerNormalization: Make = (b, x) => {
  const rank = x.shape.length
  if (rank === 0 || b.style.opset < 17) return null
  const axis = b.random.integer(Math.max(0, rank - 2), rank - 1)
  const tail = x.shape.slice(axis)
  const inputs = [x.name, list(b, tail, 0.5, 1.5)]
  if (b.random.boolean()) inputs.push(list(b, tail, -0.5, 0.5))
  return b.float('LayerNormalization', inputs, x.shape, [-2.5, 2.5], { axis })
}

export const instanceNormalization: Make = (b, x) => {
  if (x.shape.length < 3) return null
  const channels = [x.shape[1]!]
  const inputs = [x.name, list(b, channels, 0.5, 1.5), list(b, channels, -0.5, 0.5)]
  return b.float('InstanceNormalization', inputs, x.shape, [-2.5, 2.5])
}

export const logSoftmax: Make = (b, x) => {
  if (x.shape.length === 0) return null
  const axis = b.random.integer(-1, x.shape.length - 1)
  return b.float('LogSoftmax', [x.name], x.shape, [-5, 0], { axis })
}

export const globalMaxPool: Make = (b, x) => {
  if (x.shape.length < 3) return null
  const shape = [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)]
  return b.float('GlobalMaxPool', [x.name], shape, [x.low / 2, x.high])
}

export const prelu: Make = (b, x) => {
  const channels = x.shape.slice(1).map((d, i) => (i === 0 ? d : 1))
  const shape = b.random.pick([[1], channels, x.shape])
  return b.float('PRelu', [x.name, list(b, shape, -0.5, 0.5)], x.shape, [x.low / 2, x.high])
}

export const power: Make = (b, x) => {
  const exponent = b.random.pick([2, 3, 0.5, f(1.7), -1])
  const top = Math.max(-x.low, x.high, 0.1) ** Math.abs(exponent)
  return b.float('Pow', [x.name, b.constant('float32', [], [exponent])], x.shape, [
    exponent === 3 ? -top : 0,
    top,
  ])
}

/** By scales or to sizes; linear over the last dimensions of an image or a signal. */
export const resize: Make = (b, x) => {
  const { random } = b
  const rank = x.shape.length
  const mode = random.pick(['nearest', 'nearest', 'linear'])
  if (rank < 2 || (mode === 'linear' && rank < 3)) return null
  const scales = x.shape.map((_, axis) => (axis < 2 ? 1 : random.pick([2, 2, 1.5, 0.5, 3])))
  const shape = x.shape.map((d, axis) => Math.trunc(d * scales[axis]!))
  if (shape.some((d) => d < 1)) return null
  const coordinates = random.pick(['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'])
  const rounding = random.pick(['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'])
  const inputs = random.boolean()
    ? [x.name, '', b.constant('float32', [rank], scales)]
    : [x.name, '', '', b.constant('int64', [rank], shape)]
  const attributes = { mode, coordinate_transformation_mode: coordinates }
  const more = mode === 'nearest' ? { nearest_mode: rounding } : {}
  return b.float('Resize', inputs, shape, [x.low, x.high], { ...attributes, ...more })
}

/** Int8 weights behind a DequantizeLinear, per tensor or per output channel, or float ones. */
export const transposedConvolution: Make = (b, x) => {
  const { random } = b
  const [batch, channels, ...spatial] = x.shape
  if (spatial.length < 1 || spatial.length > 2) return null
  const group = channels! % 2 === 0 ? random.pick([1, 1, 2]) : 1
  const perGroup = random.integer(1, 3)
  const kernel = spatial.map(() => random.integer(2, 3))
  const strides = spatial.map(() => random.integer(1, 2))
  const pads = kernel.map(() => random.integer(0, 1))
  const extra = strides.map((stride) => random.integer(0, stride - 1))
  const output = spatial.map((d, i) => (d - 1) * strides[i]! + kernel[i]! - 2 * pads[i]! + extra[i]!)
  if (output.some((d) => d < 1)) return null
  const shape = [channels!, perGroup, ...kernel]
  const outputs = perGroup * group
  const inputs = [x.name, transposedWeight(b, shape, group === 1 && b.style.perChannel)]
  if (random.boolean()) inputs.push(list(b, [outputs], -0.5, 0.5))
  const attributes = { group, strides, pads: [...pads, ...pads], output_padding: extra }
  const size = Math.max(-x.low, x.high) * Math.sqrt(channels! * 2)
  return b.float('ConvTranspose', inputs, [batch!, outputs, ...output], [-size, size], attributes)
}

function transposedWeight(b: Builder, shape: readonly number[], perChannel: boolean): string {
  const { random } = b
  if (b.odd()) return list(b, shape, -1, 1)
  const quanta = Array.from({ length: sizeOf(shape) }, () => random.integer(-127, 127))
  const count = perChannel ? shape[1]! : 1
  const scaleShape = perChannel ? [count] : []
  const scales = Array.from({ length: count }, () => random.float(0.004, 0.01))
  const inputs = [
    b.constant('int8', shape, quanta),
    b.constant('float32', scaleShape, scales),
    b.constant('int8', scaleShape, new Array<number>(count).fill(0)),
  ]
  return b.node('DequantizeLinear', inputs, 'float32', shape, perChannel ? { axis: 1 } : {})
}
