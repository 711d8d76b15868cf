// SPDX-License-Identifier: Apache-2.0
import { isQuantizedType } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Type = 'float32' | 'int8' | 'uint8'

function softmaxOf(
  random: Random,
  types: readonly [Type, Type],
  shape: readonly number[],
  axis: number,
  rowIsTail: boolean,
): OperatorCase<'float_softmax'> {
  const [inputType, type] = types
  return {
    name: `float_softmax of ${inputType} [${shape}] to ${type} on axis ${axis}${rowIsTail ? ' and behind' : ''}`,
    operator: 'float_softmax',
    attributes: {
      axis,
      rowIsTail,
      isLog: random.boolean(),
      inputValues: isQuantizedType(inputType) ? (random.tensor('float32', [256]).data as Float32Array) : null,
      output: isQuantizedType(type) ? { scale: 1 / 256, zeroPoint: random.integer(0, 10) } : null,
    },
    inputs: [random.tensor(inputType, shape)],
    outputs: [{ type, shape }],
  }
}

/** Differences down to the end of the exponential's range and far beyond. */
const steep: OperatorCase<'float_softmax'> = {
  name: 'float_softmax of steep rows',
  operator: 'float_softmax',
  attributes: { axis: 1, rowIsTail: false, isLog: false, inputValues: null, output: null },
  inputs: [
    {
      type: 'float32',
      shape: [4, 6],
      data: Float32Array.from(
        { length: 24 },
        (_, index) => [0, -86.5, -87.3, -87.7, -88.5, -1e30][index % 6]! + (index >> 2),
      ),
    },
  ],
  outputs: [{ type: 'float32', shape: [4, 6] }],
}

export const cases = (random: Random): OperatorCase<'float_softmax'>[] => [
  steep,
  ...[1, 2, 3, 4, 5, 8, 10, 33].map((length) =>
    softmaxOf(random, ['float32', 'float32'], [3, length], 1, false),
  ),
  softmaxOf(random, ['int8', 'uint8'], [2, 3, 4, 5], 1, true),
]

export function randomCase(random: Random): OperatorCase<'float_softmax'> {
  const types = ['float32', 'int8', 'uint8'] as const
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 6))
  return softmaxOf(
    random,
    [random.pick(types), random.pick(types)],
    shape,
    random.integer(0, shape.length - 1),
    random.boolean(),
  )
}
