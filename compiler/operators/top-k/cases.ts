// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const topKOf = (
  random: Random,
  type: 'int8' | 'uint8',
  shape: readonly number[],
  axis: number,
  count: number,
): OperatorCase<'top_k'> => {
  const yields = random.pick(['values', 'indices'] as const)
  const largest = random.boolean()
  const input = random.tensor(type, shape)
  // Few different values, so that there are equal ones.
  const isNarrow = random.boolean()
  for (let i = 0; isNarrow && i < input.data.length; i++) input.data[i] = (Number(input.data[i]) % 3) as never
  return {
    name: `${yields} of the ${largest ? 'greatest' : 'least'} ${count} of ${type} [${shape}] along ${axis}`,
    operator: 'top_k',
    attributes: { axis, largest, yields },
    inputs: [input],
    outputs: [
      {
        type: yields === 'indices' ? 'int64' : type,
        shape: shape.map((d, i) => (i === axis ? count : d)),
      },
    ],
  }
}

export const cases = (random: Random): OperatorCase<'top_k'>[] => [
  topKOf(random, 'int8', [2, 40], 1, 40),
  topKOf(random, 'uint8', [3, 7, 2], 1, 3),
]

export function randomCase(random: Random): OperatorCase<'top_k'> {
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 7))
  const axis = random.integer(0, shape.length - 1)
  return topKOf(random, random.pick(['int8', 'uint8']), shape, axis, random.integer(1, shape[axis]!))
}
