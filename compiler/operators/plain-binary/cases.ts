// SPDX-License-Identifier: Apache-2.0
import { type PlainBinaryOperation, plainBinaryOperations } from '../../ir/plain-operators.js'
import { allocate, type Constant, type ElementType } from '../../ir/types.js'
import { broadcastShapes } from '../pair-cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { wrapped } from '../wrapped.js'

export const integerTypes = [
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const),
]
type Integer = (typeof integerTypes)[number]

const comparisons: readonly PlainBinaryOperation[] = plainBinaryOperations.slice(
  plainBinaryOperations.indexOf('equal'),
)

/** Types that the reference or a kernel has for the operation. */
export function typesOf(operation: PlainBinaryOperation): readonly ElementType[] {
  if (comparisons.includes(operation)) return [...integerTypes, 'bool', 'float32']
  if (operation === 'shift_left' || operation === 'shift_right') {
    return integerTypes.filter((type) => type.startsWith('u'))
  }
  if (['and', 'or', 'xor'].includes(operation)) return [...integerTypes, 'bool']
  return operation === 'remainder' ? integerTypes.filter((type) => type !== 'uint64') : integerTypes
}

/** The ends of the type, what lies beside them, and small numbers. */
export function extremesOf(type: Integer): Constant {
  const wide = [0n, 1n, -1n, 2n, 7n, -7n, 3n, 63n, 64n, 1n << 53n, (1n << 53n) + 1n]
  const bits = BigInt(allocate(type, 1).BYTES_PER_ELEMENT * 8)
  const top = type.startsWith('u') ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n
  const values = [...wide, top, top - 1n, top + 1n, top + 2n].map((value) => wrapped(value, type))
  const data = allocate(type, values.length)
  values.forEach((value, i) => {
    data[i] = value as never
  })
  return { type, shape: [values.length], data }
}

/** Every extreme with every other one. */
const extremes = (operation: PlainBinaryOperation, type: Integer): OperatorCase<'plain_binary'> => {
  const values = extremesOf(type)
  const count = values.data.length
  return {
    name: `${operation} of the extremes of ${type}`,
    operator: 'plain_binary',
    attributes: { operation },
    inputs: [{ ...values, shape: [count, 1] }, values],
    outputs: [{ type: comparisons.includes(operation) ? 'bool' : type, shape: [count, count] }],
  }
}

export const cases = (_: Random): OperatorCase<'plain_binary'>[] =>
  plainBinaryOperations.flatMap((operation) =>
    integerTypes.filter((type) => typesOf(operation).includes(type)).map((type) => extremes(operation, type)),
  )

export function randomCase(random: Random): OperatorCase<'plain_binary'> {
  const operation = random.pick(plainBinaryOperations)
  const type = random.pick(typesOf(operation))
  const { shape, left, right } = broadcastShapes(random)
  return {
    name: `${operation} of ${type} [${left}] and [${right}]`,
    operator: 'plain_binary',
    attributes: { operation },
    inputs: [random.tensor(type, left), random.tensor(type, right)],
    outputs: [{ type: comparisons.includes(operation) ? 'bool' : type, shape }],
  }
}
