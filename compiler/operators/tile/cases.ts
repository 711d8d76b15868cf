// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

export const cases = (random: Random): OperatorCase<'tile'>[] => [
  {
    name: 'one element to many',
    operator: 'tile',
    attributes: {},
    inputs: [random.tensor('int8', [1, 1])],
    outputs: [{ type: 'int8', shape: [5, 7] }],
  },
]

export function randomCase(random: Random): OperatorCase<'tile'> {
  const shape = Array.from({ length: random.integer(1, 3) }, () => random.integer(1, 4))
  const type = random.pick(elementTypes)
  const outputShape = shape.map((length) => length * random.pick([1, 1, 2, 3]))
  return {
    name: `tile of ${type} [${shape}] to [${outputShape}]`,
    operator: 'tile',
    attributes: {},
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: outputShape }],
  }
}
