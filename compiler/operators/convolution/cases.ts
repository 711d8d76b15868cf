// SPDX-License-Identifier: Apache-2.0
// Cases of convolution: one per way through the kernels, the corners of the arithmetic, and random layers.
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { ConvolutionAttributes, Requantization } from '../../ir/operators.js'
import { type Constant, type QuantizedType, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { type Arithmetic, arithmetic, randomArithmetic, twoRoundings } from './sample-arithmetic.js'
import { type Shape, sampleShapes } from './sample-shapes.js'

type Case = OperatorCase<'convolution'>

export function cases(random: Random): Case[] {
  return [
    ...Object.entries(sampleShapes).map(([name, shape]) =>
      layer(name, shape, randomArithmetic(random, shape.outChannels), random),
    ),
    ...cornerCases(random),
    ...everyThird(Object.entries(sampleShapes)).map(([name, shape]) =>
      layer(
        `${name}, two roundings`,
        shape,
        twoRoundings(randomArithmetic(random, shape.outChannels), random),
        random,
      ),
    ),
  ]
}

const everyThird = <Item>(items: readonly Item[]): Item[] => items.filter((_, index) => index % 3 === 0)

/** Scales that make ties, zero points at both ends, saturation, weights that do not fit int8 without a correction. */
function cornerCases(random: Random): Case[] {
  const dense: Shape = { inChannels: 5, outChannels: 9, plane: [4, 5], kernel: [3, 3], pads: [1, 1, 1, 1] }
  const kinds: Readonly<Record<string, Shape>> = {
    gathered: dense,
    windowed: { ...dense, inChannels: 20, outChannels: 5 },
    chunked: { ...dense, inChannels: 40, outChannels: 5 },
    row: { ...dense, plane: [3, 3], pads: [0, 0, 0, 0] },
    depthwise: { ...dense, inChannels: 9, group: 9 },
  }
  return Object.entries(kinds).flatMap(([kind, shape]) =>
    Object.entries(corners).map(([name, corner]) =>
      layer(
        `${kind}, ${name}`,
        shape,
        arithmetic({ ...corner, channels: shape.outChannels }, random),
        random,
      ),
    ),
  )
}

const corners = {
  'power of two: ties': { input: 'int8', weight: 'int8', multiplier: 2 ** -9 },
  'short mantissa: ties': { input: 'uint8', weight: 'int8', multiplier: 2 ** -9 * 1.5 },
  saturating: { input: 'int8', weight: 'int8', multiplier: 0.25 },
  'everything rounds to the zero point': { input: 'uint8', weight: 'uint8', multiplier: 2 ** -30 },
  'lowest zero points': {
    input: 'int8',
    weight: 'int8',
    multiplier: 2 ** -7,
    inputZeroPoint: -128,
    outputZeroPoint: -128,
  },
  'highest zero points': {
    input: 'uint8',
    weight: 'int8',
    multiplier: 2 ** -7,
    inputZeroPoint: 255,
    outputZeroPoint: 255,
  },
  'uint8 weights, zero point 0': {
    input: 'uint8',
    weight: 'uint8',
    multiplier: 2 ** -10,
    weightZeroPoints: [0],
  },
  'uint8 weights, zero point 255': {
    input: 'uint8',
    weight: 'uint8',
    multiplier: 2 ** -10,
    weightZeroPoints: [255],
  },
  'int8 weights, zero point 100': {
    input: 'int8',
    weight: 'int8',
    multiplier: 2 ** -10,
    weightZeroPoints: [100],
  },
  'zero points per channel': {
    input: 'uint8',
    weight: 'uint8',
    multiplier: 2 ** -10,
    weightZeroPoints: 'each',
  },
} as const

export function randomCase(random: Random): Case {
  const rank = random.integer(1, 2)
  const list = (low: number, high: number) => Array.from({ length: rank }, () => random.integer(low, high))
  const kernel = list(1, random.pick([1, 3, 5]))
  const dilations = random.pick([kernel.map(() => 1), list(1, 3)])
  const pads = random.pick([new Array<number>(2 * rank).fill(0), [...list(0, 3), ...list(0, 3)]])
  const plane = kernel.map((k, axis) => {
    const least = (k - 1) * dilations[axis]! + 1 - pads[axis]! - pads[axis + rank]!
    return random.integer(Math.max(1, least), Math.max(1, least) + 9)
  })
  const group = random.pick([1, 1, 2, 3, 8])
  const shape: Shape = {
    batch: random.pick([1, 1, 2]),
    inChannels: group * random.pick([1, 1, 2, 5, random.integer(1, 40)]),
    outChannels: group * random.pick([1, 1, 2, random.integer(1, 12)]),
    ...{ plane, kernel, dilations, pads, group },
    strides: list(1, 3),
  }
  const numbers = randomArithmetic(random, shape.outChannels)
  return layer('random', shape, random.integer(0, 2) === 0 ? twoRoundings(numbers, random) : numbers, random)
}

type AnyArithmetic = Arithmetic<Requantization | FixedRequantization>

/** The layer as a case, on random input. */
export function layer(name: string, shape: Shape, numbers: AnyArithmetic, random: Random): Case {
  const { batch = 1, inChannels, outChannels, plane, kernel, group = 1 } = shape
  const rank = plane.length
  const window = {
    kernel,
    strides: shape.strides ?? kernel.map(() => 1),
    dilations: shape.dilations ?? kernel.map(() => 1),
    pads: shape.pads ?? new Array<number>(2 * rank).fill(0),
  }
  const attributes: ConvolutionAttributes = {
    ...window,
    group,
    weight: random.tensor(numbers.weightType, [outChannels, inChannels / group, ...kernel]),
    weightZeroPoints: numbers.weightZeroPoints,
    bias: numbers.bias,
    inputZeroPoint: numbers.inputZeroPoint,
    requantization: numbers.requantization,
  }
  const outPlane = plane.map((size, axis) => {
    const reach = (kernel[axis]! - 1) * window.dilations[axis]! + 1
    return (
      Math.floor((size + window.pads[axis]! + window.pads[axis + rank]! - reach) / window.strides[axis]!) + 1
    )
  })
  return {
    name,
    operator: 'convolution',
    attributes,
    inputs: [inputOf(numbers.inputType, [batch, inChannels, ...plane], random)],
    outputs: [{ type: numbers.outputType, shape: [batch, outChannels, ...outPlane] }],
  }
}

/** Random, often with long runs of the extremes, where sums are largest. */
export function inputOf(type: QuantizedType, shape: readonly number[], random: Random): Constant {
  const constant = random.tensor(type, shape)
  if (random.boolean()) return constant
  const extremes = type === 'int8' ? [-128, 127] : [0, 255]
  const data = constant.data as Int8Array | Uint8Array
  for (let index = 0, count = sizeOf(shape); index < count; ) {
    const end = Math.min(count, index + random.integer(1, 40))
    data.fill(random.pick(extremes), index, end)
    index = end + random.integer(0, 3)
  }
  return constant
}
