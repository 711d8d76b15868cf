// SPDX-License-Identifier: Apache-2.0
import { isQuantizedType } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const operations = [
  'sum',
  'mean',
  'absolute_sum',
  'square_sum',
  'root_square_sum',
  'product',
  'maximum',
  'minimum',
] as const

export const cases = (random: Random): OperatorCase<'reduce'>[] => [
  {
    name: 'sum of zeros below zero',
    operator: 'reduce',
    attributes: { operation: 'sum', axes: [1], start: -0, inputValues: null, output: null },
    inputs: [{ type: 'float32', shape: [2, 3], data: Float32Array.of(-0, -0, -0, -0, 0, -0) }],
    outputs: [{ type: 'float32', shape: [2] }],
  },
  {
    name: 'maximum of quanta',
    operator: 'reduce',
    attributes: { operation: 'maximum', axes: [0, 2], start: 0, inputValues: null, output: null },
    inputs: [random.tensor('int8', [3, 4, 5])],
    outputs: [{ type: 'int8', shape: [1, 4, 1] }],
  },
]

export function randomCase(random: Random): OperatorCase<'reduce'> {
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 5))
  const axes = shape.map((_, axis) => axis).filter(() => random.boolean())
  const operation = random.pick(operations)
  const isExtreme = operation === 'maximum' || operation === 'minimum'
  const inputType = random.pick(
    isExtreme ? (['int8', 'uint8'] as const) : (['float32', 'int8', 'uint8'] as const),
  )
  const type = isExtreme ? inputType : random.pick(['float32', 'int8', 'uint8'] as const)
  const keeps = random.boolean()
  const outputShape = shape.flatMap((d, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [d]))
  const values = () => random.tensor('float32', [256]).data as Float32Array
  const isAffine = random.boolean()
  const affine = Float32Array.from({ length: 256 }, (_, byte) =>
    Math.fround(((inputType === 'int8' && byte > 127 ? byte - 256 : byte) - 3) * Math.fround(0.3)),
  )
  return {
    name: `${operation} of ${inputType} [${shape}] over [${axes}] to ${type} [${outputShape}]`,
    operator: 'reduce',
    attributes: {
      operation,
      axes,
      start: random.pick([0, -0]),
      inputValues: inputType === 'float32' || isExtreme ? null : isAffine ? affine : values(),
      output:
        isQuantizedType(type) && !isExtreme
          ? { scale: random.scale(), zeroPoint: random.integer(0, 127) }
          : null,
    },
    inputs: [random.tensor(inputType, shape)],
    outputs: [{ type, shape: outputShape }],
  }
}
