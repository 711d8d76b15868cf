// SPDX-License-Identifier: Apache-2.0
import { allocate, type ElementType, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

export const cases = (random: Random): OperatorCase<'arg_max'>[] => [
  argMaxOf(random, 'int8', [1, 4], 1, false, false),
  argMaxOf(random, 'uint8', [6, 40], 1, true, true),
  argMaxOf(random, 'float32', [2, 3, 4, 5], 1, false, false),
]

/** Few different values, so that maxima are often equal. */
function argMaxOf(
  random: Random,
  type: ElementType,
  shape: readonly number[],
  axis: number,
  selectLast: boolean,
  keepDimensions: boolean,
): OperatorCase<'arg_max'> {
  const data = allocate(type, sizeOf(shape))
  for (let index = 0; index < data.length; index++)
    data[index] = random.integer(0, 4) - (type === 'uint8' ? 0 : 2)
  const outputShape = keepDimensions
    ? shape.map((d, a) => (a === axis ? 1 : d))
    : shape.filter((_, a) => a !== axis)
  return {
    name: `arg_max of ${type} [${shape}] on axis ${axis}, last ${selectLast}`,
    operator: 'arg_max',
    attributes: { axis, selectLast },
    inputs: [{ type, shape, data }],
    outputs: [{ type: 'int64', shape: outputShape }],
  }
}

export function randomCase(random: Random): OperatorCase<'arg_max'> {
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 6))
  const axis = random.integer(0, shape.length - 1)
  return argMaxOf(
    random,
    random.pick(['int8', 'uint8', 'float32']),
    shape,
    axis,
    random.boolean(),
    random.boolean(),
  )
}
