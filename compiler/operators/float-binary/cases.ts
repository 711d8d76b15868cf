// SPDX-License-Identifier: Apache-2.0
import { type Constant, isQuantizedType } from '../../ir/types.js'
import { broadcastShapes } from '../pair-cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const operations = ['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum', 'prelu'] as const

const float = (...values: number[]): Constant => ({
  type: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
})

/** Infinities, NaN and zeros of both signs, as float and as quanta. */
const extremes = (
  operation: (typeof operations)[number],
  type: 'float32' | 'int8' | 'uint8',
): OperatorCase<'float_binary'> => {
  const values = [0, -0, 1, -1, 1e38, -1e38, Infinity, -Infinity, NaN, 0.5]
  const left = values.flatMap((value) => values.map(() => value))
  const right = values.flatMap(() => values)
  return {
    name: `${operation} of extremes to ${type}`,
    operator: 'float_binary',
    attributes: {
      operation,
      tableA: null,
      tableB: null,
      output: isQuantizedType(type) ? { scale: 0.25, zeroPoint: 3 } : null,
    },
    inputs: [float(...left), float(...right)],
    outputs: [{ type, shape: [100] }],
  }
}

export const cases = (_: Random): OperatorCase<'float_binary'>[] =>
  operations.flatMap((operation) => [
    extremes(operation, 'float32'),
    extremes(operation, 'int8'),
    extremes(operation, 'uint8'),
  ])

export function randomCase(random: Random): OperatorCase<'float_binary'> {
  const operation = random.pick(operations)
  const { shape, left, right } = broadcastShapes(random)
  const types = ['float32', 'int8', 'uint8'] as const
  const [typeA, typeB, type] = [random.pick(types), random.pick(types), random.pick(types)]
  const tableOf = (inputType: (typeof types)[number]) =>
    inputType === 'float32' ? null : (random.tensor('float32', [256]).data as Float32Array)
  return {
    name: `${operation} of ${typeA} [${left}] and ${typeB} [${right}] to ${type}`,
    operator: 'float_binary',
    attributes: {
      operation,
      tableA: tableOf(typeA),
      tableB: tableOf(typeB),
      output: isQuantizedType(type) ? { scale: random.scale(), zeroPoint: random.integer(0, 127) } : null,
    },
    inputs: [random.tensor(typeA, left), random.tensor(typeB, right)],
    outputs: [{ type, shape }],
  }
}
