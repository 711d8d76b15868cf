// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_softmax: rows of one element and of the longest length, flat and steep scales.
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const softmaxOf = (
  random: Random,
  shape: readonly number[],
  scale: number,
  beta = 1,
  type: 'int8' | 'int16' = 'int8',
): OperatorCase<'fixed_softmax'> => ({
  name: `softmax of [${shape}], scale ${scale}, beta ${beta}, to ${type}`,
  operator: 'fixed_softmax',
  attributes: { inputScale: Math.fround(scale), beta },
  inputs: [random.tensor('int8', shape)],
  outputs: [{ type, shape }],
})

export const cases = (random: Random): OperatorCase<'fixed_softmax'>[] => [
  softmaxOf(random, [8, 10], 0.1),
  softmaxOf(random, [4, 1], 0.05),
  softmaxOf(random, [2, 511], 0.001),
  softmaxOf(random, [2, 3, 4, 5], 0.7, 0.5),
  softmaxOf(random, [3, 12], 100),
  softmaxOf(random, [7], 2 ** -25),
  softmaxOf(random, [1, 4095], 2 ** -25, 1, 'int16'),
]

export const randomCase = (random: Random): OperatorCase<'fixed_softmax'> => {
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 6))
  return softmaxOf(
    random,
    shape,
    random.pick([random.float(0.001, 0.5), random.scale()]),
    random.pick([1, 1, 0.5, 2]),
    random.pick(['int8', 'int16']),
  )
}
