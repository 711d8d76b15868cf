// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

export const cases = (random: Random): OperatorCase<'reshape'>[] =>
  [
    [
      [1, 3, 4, 5],
      [1, 60],
    ],
    [
      [1, 6, 4, 5],
      [1, 6, 20],
    ],
    [
      [1, 6, 4, 5],
      [1, 2, 3, 20],
    ],
    [[2, 3, 4], [24]],
    [[1, 1, 1], []],
    [
      [1, 5, 1, 1],
      [1, 5],
    ],
    [
      [1, 3, 7],
      [1, 3, 1, 7],
    ],
    [
      [1, 3, 8],
      [1, 8, 3],
    ],
  ].map(([shape, newShape]) => ({
    name: `reshape [${shape}] to [${newShape}]`,
    operator: 'reshape',
    attributes: {},
    inputs: [random.tensor('int8', shape!)],
    outputs: [{ type: 'int8', shape: newShape! }],
  }))

export function randomCase(random: Random): OperatorCase<'reshape'> {
  const factors = Array.from({ length: random.integer(2, 6) }, () => random.integer(1, 3))
  /** Neighbours multiplied at random: two such shapes have equal sizes. */
  const shapeOf = () => {
    const shape: number[] = []
    for (const factor of factors) {
      if (shape.length > 0 && random.boolean()) shape[shape.length - 1]! *= factor
      else shape.push(factor)
    }
    return shape
  }
  const [shape, newShape] = [shapeOf(), shapeOf()]
  return {
    name: `reshape [${shape}] to [${newShape}]`,
    operator: 'reshape',
    attributes: {},
    inputs: [random.tensor('float32', shape)],
    outputs: [{ type: 'float32', shape: newShape }],
  }
}
