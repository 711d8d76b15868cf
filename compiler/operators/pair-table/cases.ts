// SPDX-License-Identifier: Apache-2.0
import { broadcastShapes, everyPair } from '../pair-cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const types = ['int8', 'uint8'] as const

const tableOf = (random: Random, type: 'int8' | 'uint8') =>
  random.tensor(type, [65536]).data as Int8Array | Uint8Array

export const cases = (random: Random): OperatorCase<'pair_table'>[] => [
  {
    name: 'every pair of an int8 and a uint8',
    operator: 'pair_table',
    attributes: { table: tableOf(random, 'int8'), label: 'test' },
    inputs: everyPair('int8', 'uint8'),
    outputs: [{ type: 'int8', shape: [256, 256] }],
  },
]

export function randomCase(random: Random): OperatorCase<'pair_table'> {
  const { shape, left, right } = broadcastShapes(random)
  const type = random.pick(types)
  return {
    name: `pair table of [${left}] and [${right}] to ${type}`,
    operator: 'pair_table',
    attributes: { table: tableOf(random, type), label: 'test' },
    inputs: [random.tensor(random.pick(types), left), random.tensor(random.pick(types), right)],
    outputs: [{ type, shape }],
  }
}
