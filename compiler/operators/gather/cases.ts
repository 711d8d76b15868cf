// SPDX-License-Identifier: Apache-2.0
import { sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

export const cases = (random: Random): OperatorCase<'gather'>[] => [
  {
    name: 'more indices than a tile holds',
    operator: 'gather',
    attributes: { axis: 1, span: 1, indices: Int32Array.from({ length: 150 }, () => random.integer(0, 4)) },
    inputs: [random.tensor('int8', [2, 5, 3])],
    outputs: [{ type: 'int8', shape: [2, 150, 3] }],
  },
]

export function randomCase(random: Random): OperatorCase<'gather'> {
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 5))
  const axis = random.integer(0, shape.length - 1)
  const span = random.integer(1, shape.length - axis)
  const length = sizeOf(shape.slice(axis, axis + span))
  const indices = Int32Array.from({ length: random.integer(1, 9) }, () => random.integer(0, length - 1))
  const type = random.pick(elementTypes)
  return {
    name: `gather of ${type} [${shape}], axes ${axis} + ${span}, indices [${indices}]`,
    operator: 'gather',
    attributes: { axis, span, indices },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: [...shape.slice(0, axis), indices.length, ...shape.slice(axis + span)] }],
  }
}
