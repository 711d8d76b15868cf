// SPDX-License-Identifier: Apache-2.0
// Cases of convolution: one per way through the kernels, the corners of the arithmetic, and random layers.
import type { ConvolutionAttributes } from '../../ir/operators.js'
import { type Constant, type QuantizedType, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { type Arithmetic, arithmetic, randomArithmetic } from './sample-arithmetic.js'

type Case = OperatorCase<'convolution'>

/** Sizes of a layer; one entry per spatial dimension. `pads`: begin of each, then end of each. */
export interface Shape {
  readonly batch?: number
  readonly inChannels: number
  readonly outChannels: number
  readonly plane: readonly number[]
  readonly kernel: readonly number[]
  readonly strides?: readonly number[]
  readonly pads?: readonly number[]
  readonly dilations?: readonly number[]
  readonly group?: number
}

const shapes: Readonly<Record<string, Shape>> = {
  'whole window': { inChannels: 5, outChannels: 7, plane: [3, 2], kernel: [3, 2] },
  'pointwise, even pixels': { inChannels: 8, outChannels: 8, plane: [3, 4], kernel: [1, 1] },
  'pointwise, odd pixels and remainders': { inChannels: 7, outChannels: 5, plane: [3, 3], kernel: [1, 1] },
  'pointwise with stride': { inChannels: 6, outChannels: 6, plane: [5, 7], kernel: [1, 1], strides: [2, 3] },
  'pointwise, weights read per block': { inChannels: 190, outChannels: 33, plane: [2, 3], kernel: [1, 1] },
  'one pixel of a larger input': {
    inChannels: 3,
    outChannels: 4,
    plane: [4, 5],
    kernel: [2, 3],
    strides: [3, 3],
  },
  'gathered rows': { inChannels: 3, outChannels: 9, plane: [6, 7], kernel: [3, 3], pads: [1, 1, 1, 1] },
  'one channel, 10x4': {
    inChannels: 1,
    outChannels: 8,
    plane: [21, 10],
    kernel: [10, 4],
    strides: [2, 2],
    pads: [4, 1, 5, 1],
  },
  'several tiles': { inChannels: 4, outChannels: 70, plane: [4, 3], kernel: [3, 3], pads: [1, 1, 1, 1] },
  'elements of the window': {
    inChannels: 16,
    outChannels: 6,
    plane: [5, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  },
  'dilated along both axes': {
    inChannels: 3,
    outChannels: 4,
    plane: [9, 8],
    kernel: [3, 2],
    dilations: [2, 3],
    pads: [2, 1, 0, 3],
  },
  'pads beyond the window': {
    inChannels: 2,
    outChannels: 3,
    plane: [2, 2],
    kernel: [2, 2],
    pads: [3, 4, 5, 2],
  },
  'wide pads, gathered': { inChannels: 1, outChannels: 3, plane: [1, 2], kernel: [1, 5], pads: [2, 6, 0, 7] },
  'chunks of whole elements': {
    inChannels: 24,
    outChannels: 10,
    plane: [5, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  },
  'chunks of one element': { inChannels: 70, outChannels: 5, plane: [3, 3], kernel: [3, 1] },
  'chunks of parts of elements': {
    inChannels: 261,
    outChannels: 6,
    plane: [3, 2],
    kernel: [2, 1],
    pads: [1, 0, 0, 0],
  },
  'chunks and several tiles': {
    inChannels: 65,
    outChannels: 141,
    plane: [1, 3],
    kernel: [1, 3],
    pads: [0, 1, 0, 1],
  },
  'pointwise in chunks': { inChannels: 300, outChannels: 8, plane: [2, 2], kernel: [1, 1] },
  'accumulators beyond 2^24': { inChannels: 1200, outChannels: 3, plane: [1, 2], kernel: [1, 1] },
  'batch of three': {
    batch: 3,
    inChannels: 4,
    outChannels: 5,
    plane: [3, 5],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  },
  'batch of three, one pixel each': {
    batch: 3,
    inChannels: 6,
    outChannels: 5,
    plane: [2, 2],
    kernel: [2, 2],
  },
  '1-D': { inChannels: 1, outChannels: 16, plane: [40], kernel: [7], strides: [2], pads: [3, 3] },
  '1-D, causal and dilated': {
    inChannels: 8,
    outChannels: 8,
    plane: [20],
    kernel: [3],
    dilations: [4],
    pads: [8, 0],
  },
  groups: { inChannels: 12, outChannels: 8, plane: [5, 4], kernel: [3, 3], pads: [1, 1, 1, 1], group: 2 },
  'groups of one output': { inChannels: 6, outChannels: 3, plane: [4, 4], kernel: [2, 2], group: 3 },
  'groups in chunks': { inChannels: 80, outChannels: 12, plane: [3, 3], kernel: [3, 3], group: 2 },
  'groups, pointwise': { inChannels: 20, outChannels: 10, plane: [3, 3], kernel: [1, 1], group: 5 },
  depthwise: { inChannels: 8, outChannels: 8, plane: [6, 5], kernel: [3, 3], pads: [1, 1, 1, 1], group: 8 },
  'depthwise, strided, odd pads': {
    inChannels: 5,
    outChannels: 5,
    plane: [9, 8],
    kernel: [3, 3],
    strides: [2, 2],
    pads: [0, 0, 1, 1],
    group: 5,
  },
  'depthwise 5x5': {
    inChannels: 3,
    outChannels: 3,
    plane: [7, 6],
    kernel: [5, 5],
    pads: [2, 2, 2, 2],
    group: 3,
  },
  'depthwise, multiplier 2': {
    inChannels: 4,
    outChannels: 8,
    plane: [5, 5],
    kernel: [3, 2],
    pads: [1, 0, 1, 1],
    group: 4,
  },
  'depthwise 1-D, long kernel': {
    inChannels: 4,
    outChannels: 4,
    plane: [50],
    kernel: [15],
    pads: [7, 7],
    group: 4,
  },
  'depthwise 1-D, dilated': {
    inChannels: 6,
    outChannels: 6,
    plane: [33],
    kernel: [3],
    dilations: [5],
    pads: [10, 0],
    group: 6,
  },
  'depthwise, many channels': {
    inChannels: 70,
    outChannels: 70,
    plane: [9, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    group: 70,
  },
  'depthwise, large plane': {
    inChannels: 3,
    outChannels: 3,
    plane: [40, 37],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    group: 3,
  },
  'depthwise, wide row': { inChannels: 2, outChannels: 2, plane: [900], kernel: [3], pads: [1, 1], group: 2 },
  'depthwise, batch': {
    batch: 2,
    inChannels: 4,
    outChannels: 4,
    plane: [5, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    group: 4,
  },
  'depthwise, one pixel': { inChannels: 9, outChannels: 9, plane: [4, 3], kernel: [4, 3], group: 9 },
}

export function cases(random: Random): Case[] {
  return [
    ...Object.entries(shapes).map(([name, shape]) =>
      layer(name, shape, randomArithmetic(random, shape.outChannels), random),
    ),
    ...cornerCases(random),
  ]
}

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
  return layer('random', shape, randomArithmetic(random, shape.outChannels), random)
}

/** The layer as a case, on random input. */
export function layer(name: string, shape: Shape, numbers: Arithmetic, random: Random): Case {
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
