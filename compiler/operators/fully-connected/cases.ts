// SPDX-License-Identifier: Apache-2.0
// Cases of fully_connected: rows of every remainder, depths in several chunks, float32 results.
import type { FullyConnectedAttributes } from '../../ir/operators.js'
import { inputOf } from '../convolution/cases.js'
import { randomArithmetic, twoRoundings } from '../convolution/sample-arithmetic.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'fully_connected'>

interface Sizes {
  /** Dimensions before the last. */
  readonly rows: readonly number[]
  readonly depth: number
  readonly units: number
}

const sizes: Readonly<Record<string, Sizes>> = {
  'one input, one unit': { rows: [1], depth: 1, units: 1 },
  'remainder of three': { rows: [1], depth: 7, units: 6 },
  'less than a group': { rows: [1], depth: 3, units: 5 },
  'multiples of four': { rows: [1], depth: 64, units: 12 },
  'one chunk exactly': { rows: [1], depth: 256, units: 3 },
  'several chunks': { rows: [1], depth: 601, units: 9 },
  'accumulators beyond 2^24': { rows: [1], depth: 2000, units: 4 },
  vector: { rows: [], depth: 10, units: 4 },
  'two rows': { rows: [2], depth: 9, units: 5 },
  'rows of several axes': { rows: [2, 3, 1], depth: 20, units: 7 },
  'deep rows': { rows: [3], depth: 333, units: 6 },
}

export function cases(random: Random): Case[] {
  return Object.entries(sizes).flatMap(([name, size]) => [
    layer(name, size, 'rule R', random),
    layer(`${name}, float32 result`, size, 'float', random),
    layer(`${name}, two roundings`, size, 'fixed', random),
  ])
}

export const randomCase = (random: Random): Case =>
  layer(
    'random',
    {
      rows: random.pick([[1], [1], [], [1, 1], [random.integer(1, 6)], [2, random.integer(1, 3)]]),
      depth: random.integer(1, random.pick([8, 40, 400])),
      units: random.integer(1, 20),
    },
    random.pick(['rule R', 'fixed', 'float']),
    random,
  )

export function layer(
  name: string,
  { rows, depth, units }: Sizes,
  result: 'rule R' | 'fixed' | 'float',
  random: Random,
): Case {
  const { inputType, weightType, outputType, requantization, ...numbers } = randomArithmetic(random, units)
  const isFloat = result === 'float'
  const fixed = twoRoundings({ inputType, weightType, outputType, requantization, ...numbers }, random)
  const floatBias = Float32Array.from({ length: units }, () => random.pick([0, -0, random.float(-3, 3)]))
  const attributes: FullyConnectedAttributes = {
    weight: random.tensor(weightType, [units, depth]),
    ...numbers,
    ...(result === 'fixed' ? { bias: fixed.bias } : {}),
    requantization: isFloat ? null : result === 'fixed' ? fixed.requantization : requantization,
    floatMultipliers: isFloat ? requantization.multipliers : null,
    floatBias: isFloat && random.boolean() ? floatBias : null,
  }
  return {
    name,
    operator: 'fully_connected',
    attributes,
    inputs: [inputOf(inputType, [...rows, depth], random)],
    outputs: [{ type: isFloat ? 'float32' : outputType, shape: [...rows, units] }],
  }
}
