// SPDX-License-Identifier: Apache-2.0
import { allocate } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const types = ['int8', 'uint8'] as const

const tableOf = (random: Random, type: 'int8' | 'uint8') =>
  random.tensor(type, [65536]).data as Int8Array | Uint8Array

/** Every pair of bytes, in 256 x 256 elements. */
const grid = (type: 'int8' | 'uint8', byte: (index: number) => number) => {
  const data = allocate(type, 65536)
  for (let index = 0; index < 65536; index++) data[index] = byte(index)
  return { type, shape: [256, 256], data }
}

export const cases = (random: Random): OperatorCase<'pair_table'>[] => [
  {
    name: 'every pair of an int8 and a uint8',
    operator: 'pair_table',
    attributes: { table: tableOf(random, 'int8'), label: 'test' },
    inputs: [grid('int8', (index) => index & 255), grid('uint8', (index) => index >> 8)],
    outputs: [{ type: 'int8', shape: [256, 256] }],
  },
]

export function randomCase(random: Random): OperatorCase<'pair_table'> {
  const shape = Array.from({ length: random.integer(0, 5) }, () => random.integer(1, 4))
  const broadcast = () =>
    shape.map((length) => (random.integer(0, 2) === 0 ? 1 : length)).slice(random.integer(0, shape.length))
  const [left, right] = random.pick([
    [shape, shape],
    [shape, broadcast()],
    [broadcast(), shape],
  ])
  const type = random.pick(types)
  return {
    name: `pair table of [${left}] and [${right}] to ${type}`,
    operator: 'pair_table',
    attributes: { table: tableOf(random, type), label: 'test' },
    inputs: [random.tensor(random.pick(types), left!), random.tensor(random.pick(types), right!)],
    outputs: [{ type, shape }],
  }
}
