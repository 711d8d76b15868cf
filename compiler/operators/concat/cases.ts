// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

export const cases = (random: Random): OperatorCase<'concat'>[] => [
  concatOf(random, 'int8', [1, 2, 5, 5], 1, [2, 7, 1]),
  concatOf(random, 'float32', [3], 0, [3, 4]),
  concatOf(random, 'uint8', [2, 3], 1, [3]),
]

function concatOf(
  random: Random,
  type: (typeof elementTypes)[number],
  shape: readonly number[],
  axis: number,
  lengths: readonly number[],
): OperatorCase<'concat'> {
  const withLength = (length: number) => shape.map((d, a) => (a === axis ? length : d))
  return {
    name: `concat of ${type} [${shape}] on axis ${axis}, lengths [${lengths}]`,
    operator: 'concat',
    attributes: { axis },
    inputs: lengths.map((length) => random.tensor(type, withLength(length))),
    outputs: [{ type, shape: withLength(lengths.reduce((sum, length) => sum + length, 0)) }],
  }
}

export function randomCase(random: Random): OperatorCase<'concat'> {
  const rank = random.integer(1, 5)
  const shape = Array.from({ length: rank }, () => random.integer(1, 4))
  const lengths = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 5))
  return concatOf(random, random.pick(elementTypes), shape, random.integer(0, rank - 1), lengths)
}
