// SPDX-License-Identifier: Apache-2.0
import { allocate, type ElementType } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const everyByte = (type: 'int8' | 'uint8') => {
  const data = allocate(type, 256)
  for (let byte = 0; byte < 256; byte++) data[byte] = byte
  return { type, shape: [4, 64], data }
}

const tableOf = (random: Random, type: ElementType, channels: number) =>
  random.tensor(type, [channels * 256]).data

export const cases = (random: Random): OperatorCase<'table'>[] => [
  {
    name: 'table of every int8 to int8',
    operator: 'table',
    attributes: { table: tableOf(random, 'int8', 1), axis: null, label: 'test' },
    inputs: [everyByte('int8')],
    outputs: [{ type: 'int8', shape: [4, 64] }],
  },
  {
    name: 'table of every uint8 to float32',
    operator: 'table',
    attributes: { table: tableOf(random, 'float32', 1), axis: null, label: 'test' },
    inputs: [everyByte('uint8')],
    outputs: [{ type: 'float32', shape: [4, 64] }],
  },
]

export function randomCase(random: Random): OperatorCase<'table'> {
  const rank = random.integer(0, 4)
  const shape = Array.from({ length: rank }, () => random.integer(1, 5))
  const axis = rank > 0 && random.boolean() ? random.integer(0, rank - 1) : null
  const type = random.pick(['int8', 'uint8', 'bool', 'float32'] as const)
  return {
    name: `table over [${shape}], axis ${axis}, ${type}`,
    operator: 'table',
    attributes: { table: tableOf(random, type, axis === null ? 1 : shape[axis]!), axis, label: 'test' },
    inputs: [random.tensor(random.pick(['int8', 'uint8']), shape)],
    outputs: [{ type, shape }],
  }
}
