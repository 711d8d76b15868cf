// SPDX-License-Identifier: Apache-2.0
// Cases of dynamic_quantize: constant tensors, one sign only, ranges at the ends of float32, NaN where it wins and where not.
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'dynamic_quantize'>

const caseOf = (name: string, values: readonly number[], shape: readonly number[]): Case => ({
  name: `dynamic_quantize of ${name}`,
  operator: 'dynamic_quantize',
  attributes: {},
  inputs: [{ type: 'float32', shape, data: Float32Array.from(values) }],
  outputs: [
    { type: 'uint8', shape },
    { type: 'float32', shape: [] },
    { type: 'uint8', shape: [] },
  ],
})

const vectors: Readonly<Record<string, readonly number[]>> = {
  zeros: [0, -0, 0, 0, -0],
  'positive values': [1, 2, 3.5, 7],
  'negative values': [-1, -2, -3.5, -7, -0.1],
  'one value': [3],
  ties: [-1, ...Array.from({ length: 40 }, (_, index) => (index * 127) / 80), 126.5],
  'subnormal values': [1e-45, 0, 0],
  'a subnormal scale': [3e-39, -1e-38, 0],
  'a range beyond float32': [1e38, -3e38, 3e38, 0],
  'positive infinity': [Infinity, 1, 2, 3],
  'negative infinity': [-Infinity, 1, 2, 3],
  'both infinities': [Infinity, -Infinity, 2],
  'NaN first': [NaN, 1, 2, -3, 5],
  'NaN last': [0.5, 1, 2, -3, NaN],
  'NaN twice': [0.5, 1, NaN, -3, NaN],
  'nothing but NaN': [NaN],
}

export const cases = (_: Random): Case[] =>
  Object.entries(vectors).map(([name, values]) => caseOf(name, values, [values.length]))

export function randomCase(random: Random): Case {
  const shape = Array.from({ length: random.integer(0, 3) }, () => random.integer(1, 6))
  const { data } = random.tensor('float32', shape)
  const factor = 10 ** random.integer(-6, 6)
  const offset = random.pick([0, 0, random.float(-9, 9)])
  return caseOf(
    `[${shape}]`,
    Array.from(data as Float32Array, (value) => Math.fround((value + offset) * factor)),
    shape,
  )
}
