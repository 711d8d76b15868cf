// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

export const elementTypes = ['int8', 'uint8', 'int16', 'int32', 'float32', 'int64'] as const

function caseOf(
  random: Random,
  shape: readonly number[],
  permutation: readonly number[],
): OperatorCase<'transpose'> {
  const type = random.pick(elementTypes)
  return {
    name: `transpose of ${type} [${shape}] by [${permutation}]`,
    operator: 'transpose',
    attributes: { permutation },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: permutation.map((axis) => shape[axis]!) }],
  }
}

export const cases = (random: Random): OperatorCase<'transpose'>[] => [
  caseOf(random, [7, 5], [1, 0]),
  caseOf(random, [1, 3, 4, 5], [0, 2, 3, 1]),
  caseOf(random, [1, 4, 5, 3], [0, 3, 1, 2]),
  caseOf(random, [3], [0]),
  caseOf(random, [2, 3, 2, 3, 2, 3], [5, 4, 3, 2, 1, 0]),
  caseOf(random, [2, 1, 3, 1], [3, 2, 1, 0]),
]

export function randomCase(random: Random): OperatorCase<'transpose'> {
  const rank = random.integer(1, 6)
  const shape = Array.from({ length: rank }, () => random.integer(1, 4))
  const axes = Array.from({ length: rank }, (_, axis) => axis)
  return caseOf(random, shape, random.shuffle(axes))
}
