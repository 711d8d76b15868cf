// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_resize: both neighbours anywhere, weights from below zero (at a border) to one.
import type { FixedInterpolation } from '../../ir/fixed-operators.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

function resizeOf(
  random: Random,
  input: readonly [number, number],
  output: readonly [number, number],
): OperatorCase<'fixed_resize'> {
  const [batch, channels] = [random.integer(1, 2), random.integer(1, 5)]
  const axis = (from: number, to: number): FixedInterpolation[] =>
    Array.from({ length: to }, () => {
      const first = random.integer(0, from - 1)
      const isBorder = first === from - 1
      // Beyond the border both neighbours are the same cell.
      return isBorder
        ? { first, second: first, part: random.integer(-512, 1023) }
        : { first, second: first + 1, part: random.integer(0, 1023) }
    })
  return {
    name: `[${input}] to [${output}]`,
    operator: 'fixed_resize',
    attributes: { rows: axis(input[0], output[0]), columns: axis(input[1], output[1]) },
    inputs: [random.tensor('int8', [batch, channels, ...input])],
    outputs: [{ type: 'int8', shape: [batch, channels, ...output] }],
  }
}

export const cases = (random: Random): OperatorCase<'fixed_resize'>[] => [
  resizeOf(random, [1, 1], [3, 2]),
  resizeOf(random, [7, 5], [14, 9]),
]

export const randomCase = (random: Random): OperatorCase<'fixed_resize'> =>
  resizeOf(random, [random.integer(1, 6), random.integer(1, 6)], [random.integer(1, 8), random.integer(1, 8)])
