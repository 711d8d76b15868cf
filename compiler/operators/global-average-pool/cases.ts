// SPDX-License-Identifier: Apache-2.0
import { globalAverageMultiplier } from '../../arithmetic/rows.js'
import { type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

function poolOf(
  random: Random,
  type: QuantizedType,
  shape: readonly number[],
  scales: readonly [number, number],
): OperatorCase<'global_average_pool'> {
  const range = rangeOf(type)
  const zeroPoint = () => random.integer(range.min, range.max)
  const multiplier = globalAverageMultiplier(scales[0], scales[1], sizeOf(shape.slice(2)))
  return {
    name: `global_average_pool of ${type} [${shape}], scales ${scales}`,
    operator: 'global_average_pool',
    attributes: {
      inputZeroPoint: zeroPoint(),
      requantization: { multipliers: Float32Array.of(multiplier), zeroPoint: zeroPoint(), ...range },
    },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: [shape[0]!, shape[1]!, ...shape.slice(2).map(() => 1)] }],
  }
}

export const cases = (random: Random): OperatorCase<'global_average_pool'>[] => [
  poolOf(random, 'int8', [1, 64, 2, 2], [0.5, 0.5]),
  poolOf(random, 'uint8', [2, 64, 25], [0.5, 0.25]),
  poolOf(random, 'int8', [1, 3, 40, 40], [Math.fround(0.0371), Math.fround(0.01)]),
]

export function randomCase(random: Random): OperatorCase<'global_average_pool'> {
  const spatial = Array.from({ length: random.integer(1, 2) }, () => random.integer(1, 6))
  const shape = [random.integer(1, 2), random.integer(1, 40), ...spatial]
  return poolOf(random, random.pick(['int8', 'uint8']), shape, [random.scale(), random.scale()])
}
