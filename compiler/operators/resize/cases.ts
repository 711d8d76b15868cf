// SPDX-License-Identifier: Apache-2.0
import type { Interpolation } from '../../ir/float-operators.js'
import { isQuantizedType } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { interpolation } from './coordinates.js'

type Type = 'float32' | 'int8' | 'uint8'

function resizeOf(
  random: Random,
  [inputType, type]: readonly [Type, Type],
  shape: readonly number[],
  lengths: readonly number[],
  truncates: boolean,
): OperatorCase<'resize'> {
  const firstAxis = shape.length - lengths.length
  const axes = lengths.map(
    (length, i): Interpolation =>
      interpolation('half_pixel', {
        input: shape[firstAxis + i]!,
        output: length,
        scale: Math.fround(length / shape[firstAxis + i]!),
      }),
  )
  const values = random.tensor('float32', [256]).data as Float32Array
  return {
    name: `resize of ${inputType} [${shape}] to ${type} [${lengths}]${truncates ? ', truncated' : ''}`,
    operator: 'resize',
    attributes: {
      axes,
      truncates,
      inputValues: inputType === 'float32' || truncates ? null : values,
      output:
        isQuantizedType(type) && !truncates
          ? { scale: random.scale(), zeroPoint: random.integer(0, 99) }
          : null,
    },
    inputs: [random.tensor(inputType, shape)],
    outputs: [{ type, shape: [...shape.slice(0, firstAxis), ...lengths] }],
  }
}

export const cases = (random: Random): OperatorCase<'resize'>[] => [
  resizeOf(random, ['int8', 'int8'], [1, 2, 3, 4], [7, 9], true),
  resizeOf(random, ['uint8', 'uint8'], [2, 3, 4], [2, 3, 9], true),
  resizeOf(random, ['int8', 'int8'], [1, 2, 5, 4], [3, 8], false),
  resizeOf(random, ['float32', 'float32'], [2, 2, 5], [2, 2, 11], false),
]

export function randomCase(random: Random): OperatorCase<'resize'> {
  const types = ['float32', 'int8', 'uint8'] as const
  const shape = Array.from({ length: random.integer(2, 4) }, () => random.integer(1, 4))
  const count = shape.length === 3 ? 3 : 2
  const lengths = Array.from({ length: count }, () => random.integer(1, 6))
  const type = random.pick(types)
  const truncates = type !== 'float32' && random.boolean()
  return resizeOf(random, truncates ? [type, type] : [random.pick(types), type], shape, lengths, truncates)
}
