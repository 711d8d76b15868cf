// SPDX-License-Identifier: Apache-2.0
// Cases of weighted_sum: integer and float sums, windows with pads, groups and dilations, rows, blocks of every length.
import type { WeightedSumAttributes } from '../../ir/sum-operators.js'
import { type Constant, type QuantizedType, rangeOf } from '../../ir/types.js'
import { inputOf } from '../convolution/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'weighted_sum'>

const noWindow = { kernel: [], strides: [], pads: [], dilations: [] }

export const cases = (random: Random): Case[] => [
  rows('one product', random, { rows: [1], depth: 1, units: 1 }),
  rows('one lane, several chunks', random, { rows: [1], depth: 601, units: 1 }),
  rows('lanes of every remainder', random, { rows: [2, 2], depth: 300, units: 7 }),
  rows('a sum without blocks, longer than the tile', random, {
    rows: [2],
    depth: 1030,
    units: 5,
    block: null,
  }),
  rows('blocks of a whole tile', random, { rows: [1], depth: 2050, units: 5, block: 1024 }),
  window('1-D', random, { shape: [2, 3, 9], units: 5, group: 1, kernel: [4] }),
  window('2-D', random, { shape: [1, 3, 6, 5], units: 6, group: 3, kernel: [3, 2] }),
  window('depthwise', random, { shape: [1, 4, 6, 5], units: 4, group: 4, kernel: [3, 3] }),
]

export function randomCase(random: Random): Case {
  if (random.boolean()) {
    const depth = random.integer(1, random.pick([8, 40, 300]))
    const leading = random.pick([[], [1], [2], [2, 3]])
    const block = random.pick([null, 16, 128])
    return rows('random', random, { rows: leading, depth, units: random.integer(1, 9), block })
  }
  const group = random.integer(1, 3)
  const spatial = Array.from({ length: random.integer(1, 2) }, () => random.integer(3, 7))
  return window('random', random, {
    shape: [random.integer(1, 2), group * random.integer(1, 3), ...spatial],
    units: group * random.integer(1, 5),
    group,
    kernel: spatial.map(() => random.integer(1, 3)),
  })
}

interface RowSizes {
  readonly rows: readonly number[]
  readonly depth: number
  readonly units: number
  readonly block?: number | null
}

const rows = (name: string, random: Random, { rows, depth, units, block = 128 }: RowSizes): Case =>
  caseOf(`rows: ${name}`, random, {
    input: [...rows, depth],
    weight: [units, depth],
    output: [...rows, units],
    window: { ...noWindow, group: 1 },
    block,
  })

interface WindowSizes {
  readonly shape: readonly number[]
  readonly units: number
  readonly group: number
  readonly kernel: readonly number[]
}

function window(name: string, random: Random, { shape, units, group, kernel }: WindowSizes): Case {
  const strides = kernel.map(() => random.integer(1, 2))
  const dilations = kernel.map((k, i) => (k * 2 - 1 <= shape[i + 2]! && random.boolean() ? 2 : 1))
  const pads = [...kernel, ...kernel].map((k) => random.integer(0, k - 1))
  const output = kernel.map((k, i) => {
    const span = shape[i + 2]! + pads[i]! + pads[i + kernel.length]! - ((k - 1) * dilations[i]! + 1)
    return Math.floor(span / strides[i]!) + 1
  })
  return caseOf(`window: ${name}`, random, {
    input: shape,
    weight: [units, shape[1]! / group, ...kernel],
    output: [shape[0]!, units, ...output],
    window: { kernel, strides, pads, dilations, group },
    block: units === group ? null : random.pick([128, 5]),
  })
}

interface Parts {
  readonly input: readonly number[]
  readonly weight: readonly number[]
  readonly output: readonly number[]
  readonly window: Pick<WeightedSumAttributes, 'kernel' | 'strides' | 'pads' | 'dilations' | 'group'>
  readonly block: number | null
}

const caseOf = (name: string, random: Random, parts: Parts): Case =>
  random.boolean() ? integerCase(name, random, parts) : floatCase(name, random, parts)

const zeroPoints = (of: QuantizedType, count: number, random: Random) => {
  const { min, max } = rangeOf(of)
  return Array.from({ length: count }, () => random.pick([min, max, random.integer(min, max)]))
}

function integerCase(name: string, random: Random, { input, weight, output, window }: Parts): Case {
  const type = random.pick(['int8', 'uint8'] as const)
  const weightType = random.pick(['int8', 'uint8'] as const)
  const isComputed = random.boolean()
  const zeroPoint: Constant = inputOf(type, [], random)
  return {
    name: `integer ${name}`,
    operator: 'weighted_sum',
    attributes: {
      ...window,
      arithmetic: 'integer',
      weight: random.tensor(weightType, weight),
      weightZeroPoints: zeroPoints(weightType, random.pick([1, weight[0]!]), random),
      weightScales: null,
      inputZeroPoint: isComputed ? null : zeroPoints(type, 1, random)[0]!,
      inputValues: null,
      order: { block: null, alpha: 1, biasFirst: false, tailBlock: null },
      bias: null,
    },
    inputs: [inputOf(type, input, random), ...(isComputed ? [zeroPoint] : [])],
    outputs: [{ type: random.pick(['int32', 'float32'] as const), shape: output }],
  }
}

/** One filter per group, or one row. */
const isVector = ({ weight, input, window }: Parts): boolean =>
  weight.length === 2 ? input.slice(0, -1).every((d) => d === 1) : weight[0] === window.group

function floatCase(name: string, random: Random, parts: Parts): Case {
  const { input, weight, output, window, block } = parts
  const weightType = random.pick(['int8', 'uint8', 'float32'] as const)
  const type = random.pick(['float32', 'float32', 'int8', 'uint8'] as const)
  const units = weight[0]!
  const perUnit = random.pick([1, units])
  const isQuantized = weightType !== 'float32'
  const tailBlock = block === null && isVector(parts) ? random.pick([4, 16, 1024]) : null
  return {
    name: `float ${name}${tailBlock !== null ? ', tail in groups' : ''}`,
    operator: 'weighted_sum',
    attributes: {
      ...window,
      arithmetic: 'float',
      weight: random.tensor(weightType, weight),
      weightZeroPoints: isQuantized ? zeroPoints(weightType, perUnit, random) : [0],
      weightScales: isQuantized ? Float32Array.from({ length: perUnit }, () => random.scale()) : null,
      inputZeroPoint: 0,
      inputValues: type === 'float32' ? null : (random.tensor('float32', [256]).data as Float32Array),
      order: {
        block,
        alpha: block === null ? 1 : random.pick([1, Math.fround(0.3)]),
        biasFirst: random.boolean(),
        tailBlock,
      },
      bias: random.boolean()
        ? Float32Array.from({ length: units }, () => random.pick([0, -0, random.float(-3, 3)]))
        : null,
    },
    inputs: [random.tensor(type, input)],
    outputs: [{ type: 'float32', shape: output }],
  }
}
