// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

type Mode = 'constant' | 'reflect' | 'edge'

export const cases = (random: Random): OperatorCase<'pad'>[] => [
  padOf(random, 'constant', 'int8', [1, 3, 5], [0, 0, 2, 0, 0, 1], -7),
  padOf(random, 'constant', 'float32', [2, 3], [1, 0, 0, 2], 0.25),
  padOf(random, 'constant', 'int64', [2, 3], [1, 0, 0, 2], -5),
  padOf(random, 'constant', 'int16', [4], [2, 2], 300),
  padOf(random, 'reflect', 'uint8', [1, 2, 4, 4], [0, 0, 3, 2, 0, 0, 1, 3], 0),
  padOf(random, 'edge', 'uint8', [1, 2, 2, 4], [0, 1, 3, 2, 1, 0, 1, 3], 0),
  padOf(random, 'constant', 'int8', [5, 5], [-1, 2, -2, -1], 3),
  padOf(random, 'reflect', 'int8', [6, 5], [-1, 2, 2, -1], 3),
  padOf(random, 'constant', 'int8', [5, 5], [-1, -1, 0, 0], 3),
]

function padOf(
  random: Random,
  mode: Mode,
  type: (typeof elementTypes)[number],
  shape: readonly number[],
  pads: readonly number[],
  value: number,
): OperatorCase<'pad'> {
  const outputShape = shape.map((length, axis) => length + pads[axis]! + pads[shape.length + axis]!)
  return {
    name: `pad ${mode} of ${type} [${shape}] by [${pads}]`,
    operator: 'pad',
    attributes: { pads, value, mode },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: outputShape }],
  }
}

export function randomCase(random: Random): OperatorCase<'pad'> {
  const rank = random.integer(1, 4)
  const shape = Array.from({ length: rank }, () => random.integer(1, 6))
  const mode = random.pick(['constant', 'reflect', 'edge'] as const)
  const pads = [...shape, ...shape].map((length) => random.integer(0, mode === 'reflect' ? length - 1 : 3))
  return padOf(random, mode, random.pick(elementTypes), shape, pads, random.integer(-8, 8))
}
