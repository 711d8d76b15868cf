// SPDX-License-Identifier: Apache-2.0
import type { QuantizedType } from '../../ir/types.js'
import { broadcastShapes, everyPair } from '../pair-cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Operation = 'add' | 'multiply'

const parameters = (random: Random, type: QuantizedType) => ({
  scale: random.scale(),
  zeroPoint: type === 'int8' ? random.integer(-128, 127) : random.integer(0, 255),
})

const allPairs = (
  name: string,
  operation: Operation,
  type: QuantizedType,
  scales: readonly [number, number, number],
  zeroPoints: readonly [number, number, number],
): OperatorCase<'quantized_binary'> => {
  const [a, b, output] = scales.map((scale, k) => ({ scale: Math.fround(scale), zeroPoint: zeroPoints[k]! }))
  return {
    name: `${name}: all pairs`,
    operator: 'quantized_binary',
    attributes: { operation, a: a!, b: b!, output: output! },
    inputs: everyPair(type, type),
    outputs: [{ type, shape: [256, 256] }],
  }
}

export const cases = (_: Random): OperatorCase<'quantized_binary'>[] => [
  allPairs('add, equal scales and an odd zero point', 'add', 'int8', [0.5, 0.5, 1], [0, 0, 1]),
  allPairs('add, arbitrary scales', 'add', 'int8', [0.0371, 0.0212, 0.0498], [-3, 17, 5]),
  allPairs('add, uint8', 'add', 'uint8', [0.0371, 0.0212, 0.0498], [128, 3, 250]),
  allPairs('multiply, arbitrary scales', 'multiply', 'int8', [0.0371, 0.0212, 0.0098], [-3, 17, 5]),
  allPairs('multiply, powers of two', 'multiply', 'uint8', [0.25, 0.5, 2], [128, 3, 251]),
]

export function randomCase(random: Random): OperatorCase<'quantized_binary'> {
  const type = random.pick(['int8', 'uint8'] as const)
  const operation = random.pick(['add', 'multiply'] as const)
  const { shape, left, right } = broadcastShapes(random)
  return {
    name: `${operation} of ${type} [${left}] and [${right}]`,
    operator: 'quantized_binary',
    attributes: {
      operation,
      a: parameters(random, type),
      b: parameters(random, type),
      output: parameters(random, type),
    },
    inputs: [random.tensor(type, left), random.tensor(type, right)],
    outputs: [{ type, shape }],
  }
}
