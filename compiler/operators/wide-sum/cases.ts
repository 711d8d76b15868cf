// SPDX-License-Identifier: Apache-2.0
// Cases of wide_sum: int16 and uint16 quanta with weights of 8 and 16 bits, sums beyond 32 bits, windows and rows.
import { type QuantumType, rangeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'wide_sum'>

export const cases = (random: Random): Case[] => [
  rows('beyond 32 bits', random, 'int16', 'int16', 'int16', [2], 600, 3),
  rows('uint16 with int8 weights, to uint16', random, 'uint16', 'int8', 'uint16', [1, 2], 9, 2),
  rows('to float32', random, 'int16', 'int8', 'float32', [2], 40, 5),
  rows('from 8 bits to 16', random, 'uint8', 'int8', 'int16', [3], 12, 4),
  rows('from 16 bits to 8', random, 'int16', 'uint8', 'int8', [3], 12, 4),
  window(random, 'int16', [2, 3, 9], 5, 1, [4]),
  window(random, 'int16', [1, 4, 6, 5], 4, 4, [3, 3]),
]

export function randomCase(random: Random): Case {
  const type = random.pick(['int8', 'int16', 'uint16'] as const)
  if (random.boolean()) {
    const weight = random.pick(['int8', 'uint8', 'int16'] as const)
    const output = random.pick(['int16', 'uint16', 'uint8', 'float32'] as const)
    return rows(
      'random',
      random,
      type,
      weight,
      output,
      [random.integer(1, 3)],
      random.integer(1, 30),
      random.integer(1, 4),
    )
  }
  const group = random.integer(1, 3)
  const spatial = Array.from({ length: random.integer(1, 2) }, () => random.integer(3, 7))
  const shape = [random.integer(1, 2), group * random.integer(1, 3), ...spatial]
  return window(
    random,
    type,
    shape,
    group * random.integer(1, 3),
    group,
    spatial.map(() => random.integer(1, 3)),
  )
}

const zeroPointOf = (type: QuantumType, random: Random): number => {
  const { min, max } = rangeOf(type)
  return random.pick([min, max, 0, random.integer(min, max)])
}

/** Of sums as long as this one, about the output's range. */
function numbersOf(
  random: Random,
  input: QuantumType,
  weightType: QuantumType,
  output: QuantumType | 'float32',
  depth: number,
  units: number,
) {
  const channels = random.pick([1, units])
  const reach = (type: QuantumType) => rangeOf(type).max - rangeOf(type).min
  const size = (reach(input) * reach(weightType) * Math.sqrt(depth)) / 8
  const wanted = output === 'float32' ? 100 : reach(output)
  const multipliers = Float32Array.from({ length: channels }, () => (wanted / size) * random.float(0.3, 3))
  return {
    weightZeroPoints: Array.from({ length: random.pick([1, units]) }, () => zeroPointOf(weightType, random)),
    bias: random.boolean()
      ? Array.from({ length: units }, () => random.integer(-(2 ** 30), 2 ** 30) * 16)
      : null,
    inputZeroPoint: zeroPointOf(input, random),
    requantization:
      output === 'float32'
        ? null
        : { multipliers, zeroPoint: zeroPointOf(output, random), ...rangeOf(output) },
    floatMultipliers: output === 'float32' ? multipliers : null,
  }
}

function rows(
  name: string,
  random: Random,
  input: QuantumType,
  weight: QuantumType,
  output: QuantumType | 'float32',
  leading: readonly number[],
  depth: number,
  units: number,
): Case {
  return {
    name: `wide rows: ${name}`,
    operator: 'wide_sum',
    attributes: {
      ...{ kernel: [], strides: [], pads: [], dilations: [], group: 1 },
      weight: random.tensor(weight, [units, depth]),
      ...numbersOf(random, input, weight, output, depth, units),
    },
    inputs: [random.tensor(input, [...leading, depth])],
    outputs: [{ type: output, shape: [...leading, units] }],
  }
}

function window(
  random: Random,
  input: QuantumType,
  shape: readonly number[],
  units: number,
  group: number,
  kernel: readonly number[],
): Case {
  const strides = kernel.map(() => random.integer(1, 2))
  const dilations = kernel.map((k, i) => (k * 2 - 1 <= shape[i + 2]! && random.boolean() ? 2 : 1))
  const pads = [...kernel, ...kernel].map((k) => random.integer(0, k - 1))
  const spatial = kernel.map((k, i) => {
    const span = shape[i + 2]! + pads[i]! + pads[i + kernel.length]! - ((k - 1) * dilations[i]! + 1)
    return Math.floor(span / strides[i]!) + 1
  })
  const weightShape = [units, shape[1]! / group, ...kernel]
  const depth = weightShape.slice(1).reduce((product, d) => product * d, 1)
  return {
    name: `wide window [${shape}]`,
    operator: 'wide_sum',
    attributes: {
      ...{ kernel, strides, pads, dilations, group },
      weight: random.tensor('int8', weightShape),
      ...numbersOf(random, input, 'int8', 'int16', depth, units),
    },
    inputs: [random.tensor(input, shape)],
    outputs: [{ type: 'int16', shape: [shape[0]!, units, ...spatial] }],
  }
}
