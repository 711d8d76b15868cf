// SPDX-License-Identifier: Apache-2.0
// Cases of table_softmax: rows of one element and long ones, flat and steep scales.
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const caseOf = (
  random: Random,
  shape: readonly number[],
  scale: number,
  beta = 1,
): OperatorCase<'table_softmax'> => ({
  name: `softmax of [${shape}], scale ${scale}, beta ${beta}`,
  operator: 'table_softmax',
  attributes: { inputScale: Math.fround(scale), beta },
  inputs: [random.tensor('int16', shape)],
  outputs: [{ type: 'int16', shape }],
})

export const cases = (random: Random): OperatorCase<'table_softmax'>[] => [
  caseOf(random, [8, 10], 0.0002),
  caseOf(random, [4, 1], 0.05),
  caseOf(random, [2, 700], 0.00001),
  caseOf(random, [2, 3, 4, 5], 0.0007, 0.5),
  caseOf(random, [3, 12], 5),
]

export const randomCase = (random: Random): OperatorCase<'table_softmax'> =>
  caseOf(
    random,
    Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 6)),
    random.pick([random.float(0.00001, 0.0005), random.scale() / 256]),
    random.pick([1, 1, 0.5, 2]),
  )
