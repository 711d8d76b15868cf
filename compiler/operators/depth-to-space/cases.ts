// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

export const cases = (random: Random): OperatorCase<'depth_to_space'>[] =>
  (['DCR', 'CRD'] as const).flatMap((mode) => [
    caseOf(random, mode, 3, [1, 9, 4, 5]),
    caseOf(random, mode, 2, [2, 12, 1, 3]),
  ])

function caseOf(
  random: Random,
  mode: 'DCR' | 'CRD',
  blockSize: number,
  shape: readonly number[],
): OperatorCase<'depth_to_space'> {
  const type = random.pick(elementTypes)
  const [n, c, h, w] = shape as [number, number, number, number]
  return {
    name: `depth_to_space ${mode} of ${type} [${shape}], block ${blockSize}`,
    operator: 'depth_to_space',
    attributes: { blockSize, mode },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: [n, c / blockSize ** 2, h * blockSize, w * blockSize] }],
  }
}

export function randomCase(random: Random): OperatorCase<'depth_to_space'> {
  const blockSize = random.integer(1, 3)
  const shape = [
    random.integer(1, 2),
    blockSize ** 2 * random.integer(1, 3),
    random.integer(1, 4),
    random.integer(1, 4),
  ]
  return caseOf(random, random.pick(['DCR', 'CRD']), blockSize, shape)
}
