// SPDX-License-Identifier: Apache-2.0
import { type PlainUnaryOperation, plainUnaryOperations } from '../../ir/plain-operators.js'
import type { Constant, ElementType } from '../../ir/types.js'
import { extremesOf, integerTypes } from '../plain-binary/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const castTypes = [...integerTypes, 'bool', 'float32'] as const

const unaryCase = (
  operation: PlainUnaryOperation,
  input: Constant,
  type: ElementType,
): OperatorCase<'plain_unary'> => ({
  name: `${operation} of ${input.type} [${input.shape}] to ${type}`,
  operator: 'plain_unary',
  attributes: { operation },
  inputs: [input],
  outputs: [{ type, shape: input.shape }],
})

/** Around the ends of every integer type, ties of nothing, and what is no number. */
const floats: Constant = {
  type: 'float32',
  shape: [28],
  data: Float32Array.from([
    ...[0, -0, 0.5, -0.5, 1.9, -1.9, 127.5, 128, -129, 255.9, 256, -1, 32768, -32769, 65536, 1e-45, NaN],
    ...[2147483520, 2147483648, -2147483648, 4294967040, 4294967296, 9.2e18, 9.3e18, 1.9e19],
    ...[-1e19, Infinity, -Infinity],
  ]),
}

const saturated = ['int8', 'int16', 'int32'] as const

export const cases = (_: Random): OperatorCase<'plain_unary'>[] => [
  ...integerTypes.flatMap((type) => [
    ...(['negate', 'absolute', 'sign', 'complement'] as const).map((operation) =>
      unaryCase(operation, extremesOf(type), type),
    ),
    ...castTypes.map((to) => unaryCase('cast', extremesOf(type), to)),
  ]),
  ...castTypes.map((to) => unaryCase('cast', floats, to)),
  ...saturated.map((to) => unaryCase('saturate', floats, to)),
  ...castTypes.map((to) => unaryCase('cast', { type: 'bool', shape: [2], data: Uint8Array.of(0, 1) }, to)),
]

export function randomCase(random: Random): OperatorCase<'plain_unary'> {
  const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 5))
  const operation = random.pick(plainUnaryOperations)
  if (operation === 'not') return unaryCase(operation, random.tensor('bool', shape), 'bool')
  if (operation === 'saturate')
    return unaryCase(operation, random.tensor('float32', shape), random.pick(saturated))
  if (operation !== 'cast') {
    const type = random.pick(integerTypes)
    return unaryCase(operation, random.tensor(type, shape), type)
  }
  return unaryCase(operation, random.tensor(random.pick(castTypes), shape), random.pick(castTypes))
}
