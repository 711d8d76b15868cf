// SPDX-License-Identifier: Apache-2.0
import { isQuantizedType, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Type = 'float32' | 'int8' | 'uint8'

function normalizationOf(
  random: Random,
  method: 'running' | 'two_pass',
  [inputType, type]: readonly [Type, Type],
  shape: readonly number[],
): OperatorCase<'normalization'> {
  const axis = method === 'running' ? random.integer(0, shape.length - 1) : 2
  const count = method === 'running' ? sizeOf(shape.slice(axis)) : shape[1]!
  const list = () => Float32Array.from({ length: count }, () => random.float(-2, 2))
  return {
    name: `${method} normalization of ${inputType} [${shape}] from axis ${axis} to ${type}`,
    operator: 'normalization',
    attributes: {
      method,
      axis,
      epsilon: Math.fround(1e-5),
      gain: list(),
      bias: method === 'running' && random.boolean() ? null : list(),
      inputValues: inputType === 'float32' ? null : (random.tensor('float32', [256]).data as Float32Array),
      output: isQuantizedType(type) ? { scale: random.scale(), zeroPoint: random.integer(0, 127) } : null,
    },
    inputs: [random.tensor(inputType, shape)],
    outputs: [{ type, shape }],
  }
}

export const cases = (random: Random): OperatorCase<'normalization'>[] => [
  normalizationOf(random, 'running', ['float32', 'float32'], [3, 4, 33]),
  normalizationOf(random, 'two_pass', ['float32', 'float32'], [2, 3, 33]),
  normalizationOf(random, 'running', ['float32', 'float32'], [4, 1]),
  normalizationOf(random, 'two_pass', ['float32', 'float32'], [1, 3, 1]),
]

export function randomCase(random: Random): OperatorCase<'normalization'> {
  const types = ['float32', 'int8', 'uint8'] as const
  const shape = Array.from({ length: random.integer(3, 4) }, () => random.integer(1, 5))
  const method = random.pick(['running', 'two_pass'] as const)
  return normalizationOf(random, method, [random.pick(types), random.pick(types)], shape)
}
