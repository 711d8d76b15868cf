// SPDX-License-Identifier: Apache-2.0
import { type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

function softmaxOf(
  random: Random,
  type: QuantizedType,
  shape: readonly number[],
  axis: number,
  rowIsTail: boolean,
  scales: readonly [number, number],
): OperatorCase<'softmax'> {
  const { min, max } = rangeOf(type)
  return {
    name: `softmax of ${type} [${shape}] on axis ${axis}${rowIsTail ? ' and behind' : ''}, scales ${scales}`,
    operator: 'softmax',
    attributes: {
      axis,
      rowIsTail,
      inputScale: Math.fround(scales[0]),
      inputType: type,
      output: { scale: Math.fround(scales[1]), zeroPoint: random.integer(min, max) },
    },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape }],
  }
}

export const cases = (random: Random): OperatorCase<'softmax'>[] => [
  softmaxOf(random, 'int8', [8, 10], 1, false, [0.1, 1 / 256]),
  softmaxOf(random, 'uint8', [8, 10], 1, false, [0.7, 0.0039]),
  softmaxOf(random, 'int8', [2, 3, 4, 5], 1, true, [0.05, 1 / 256]),
  softmaxOf(random, 'int8', [2, 3, 4, 5], 1, false, [0.05, 1 / 256]),
  softmaxOf(random, 'int8', [4, 1], 1, false, [0.05, 1 / 256]),
  softmaxOf(random, 'int8', [4, 3], 1, false, [0.05, 1.5]),
  softmaxOf(random, 'uint8', [4, 3], 1, false, [4, 0.00001]),
  // Rows of so few values that the scaled powers leave float32, with zero points on both sides of 0.
  ...[1, 2, 3, 4].map((length) => softmaxOf(random, 'int8', [8, length], 1, false, [0.1, 0.001])),
  ...[1, 2, 3, 4].map((length) => softmaxOf(random, 'uint8', [8, length], 1, false, [0.1, 0.001])),
]

export function randomCase(random: Random): OperatorCase<'softmax'> {
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 6))
  const axis = random.integer(0, shape.length - 1)
  const outputScale = random.pick([1 / 256, 1 / 128, random.float(0.001, 0.01)])
  return softmaxOf(random, random.pick(['int8', 'uint8']), shape, axis, random.boolean(), [
    random.scale(),
    outputScale,
  ])
}
