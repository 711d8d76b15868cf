// SPDX-License-Identifier: Apache-2.0
import type { ElementType } from '../../ir/types.js'
import { integerTypes } from '../plain-binary/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Shape = readonly number[]

const whereOf = (
  random: Random,
  type: ElementType,
  [condition, a, b]: readonly [Shape, Shape, Shape],
  shape: Shape,
): OperatorCase<'where'> => ({
  name: `where of ${type}: [${condition}] ? [${a}] : [${b}]`,
  operator: 'where',
  attributes: {},
  inputs: [random.tensor('bool', condition), random.tensor(type, a), random.tensor(type, b)],
  outputs: [{ type, shape }],
})

export const cases = (random: Random): OperatorCase<'where'>[] => [
  whereOf(random, 'int32', [[2, 1, 3], [3], [4, 1]], [2, 4, 3]),
  whereOf(random, 'uint8', [[], [5], [1]], [5]),
]

export function randomCase(random: Random): OperatorCase<'where'> {
  const shape = Array.from({ length: random.integer(0, 5) }, () => random.integer(1, 4))
  const part = () =>
    shape.map((length) => (random.integer(0, 3) === 0 ? 1 : length)).slice(random.integer(0, shape.length))
  const whole = random.integer(0, 2)
  const shapes = [0, 1, 2].map((i) => (i === whole ? shape : part()))
  return whereOf(
    random,
    random.pick([...integerTypes, 'bool', 'float32']),
    [shapes[0]!, shapes[1]!, shapes[2]!],
    shape,
  )
}
