// SPDX-License-Identifier: Apache-2.0
import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import { globalAverageMultiplier } from '../../arithmetic/rows.js'
import { type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

function poolOf(
  random: Random,
  type: QuantizedType | 'int16',
  shape: readonly number[],
  scales: readonly [number, number],
  roundings: 1 | 2 = 1,
): OperatorCase<'global_average_pool'> {
  const range = type === 'int16' ? { min: -32768, max: 32767 } : rangeOf(type)
  const zeroPoint = () => random.integer(range.min, range.max)
  const multiplier = globalAverageMultiplier(scales[0], scales[1], sizeOf(shape.slice(2)))
  const rule =
    roundings === 1
      ? { multipliers: Float32Array.of(multiplier) }
      : { fixed: [truncatedMean(scales[0] / scales[1], sizeOf(shape.slice(2)))] }
  return {
    name: `global_average_pool of ${type} [${shape}], scales ${scales}, ${roundings} roundings`,
    operator: 'global_average_pool',
    attributes: {
      inputZeroPoint: zeroPoint(),
      requantization: { ...rule, zeroPoint: zeroPoint(), ...range },
    },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: [shape[0]!, shape[1]!, ...shape.slice(2).map(() => 1)] }],
  }
}

/** As TFLite Micro divides by the count: in the multiplier, which then may have fewer than 31 bits. */
function truncatedMean(real: number, count: number) {
  const { multiplier, shift } = fixedMultiplier(real)
  const doublings = Math.floor(Math.log2(count))
  return { multiplier: Math.floor((multiplier * 2 ** doublings) / count), shift: shift - doublings }
}

export const cases = (random: Random): OperatorCase<'global_average_pool'>[] => [
  poolOf(random, 'int8', [1, 64, 2, 2], [0.5, 0.5]),
  poolOf(random, 'uint8', [2, 64, 25], [0.5, 0.25]),
  poolOf(random, 'int8', [1, 3, 40, 40], [Math.fround(0.0371), Math.fround(0.01)]),
  poolOf(random, 'int8', [1, 64, 2, 2], [0.5, 0.5], 2),
  poolOf(random, 'int8', [2, 40, 5, 7], [0.75, 0.01], 2),
  poolOf(random, 'int16', [2, 11, 5, 7], [0.75, 0.5], 2),
]

export function randomCase(random: Random): OperatorCase<'global_average_pool'> {
  const spatial = Array.from({ length: random.integer(1, 2) }, () => random.integer(1, 6))
  const shape = [random.integer(1, 2), random.integer(1, 40), ...spatial]
  const roundings = random.pick([1, 2] as const)
  return poolOf(random, random.pick(['int8', 'uint8']), shape, [random.scale(), random.scale()], roundings)
}
