// SPDX-License-Identifier: Apache-2.0
// y = a op b in whole numbers of any size, then wrapped to the output's type; comparisons of float32 as they are.
import type { PlainBinaryOperation } from '../../ir/plain-operators.js'
import { allocate, type Data, type ElementType, sizeOf } from '../../ir/types.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition, Value } from '../definition.js'
import { wrapped } from '../wrapped.js'

type Comparison = 'equal' | 'less' | 'less_or_equal' | 'greater' | 'greater_or_equal'

const comparisons: Record<Comparison, <T extends number | bigint>(a: T, b: T) => boolean> = {
  equal: (a, b) => a === b,
  less: (a, b) => a < b,
  less_or_equal: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greater_or_equal: (a, b) => a >= b,
}

/** Of what double holds: exact for every integer of 32 bits. */
const throughDouble = (a: bigint): bigint => BigInt(Number(a))

const operations: Record<
  Exclude<PlainBinaryOperation, Comparison>,
  (a: bigint, b: bigint, bits: bigint) => bigint
> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => (b === 0n ? 0n : a / b),
  modulo: (a, b) => (b === 0n ? 0n : a - b * floorOf(a, b)),
  remainder: (a, b) => (b === 0n ? 0n : throughDouble(a) % throughDouble(b)),
  // biome-ignore lint/complexity/useMathMinMax: Math knows no bigint
  minimum: (a, b) => (a < b ? a : b),
  // biome-ignore lint/complexity/useMathMinMax: Math knows no bigint
  maximum: (a, b) => (a > b ? a : b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shift_left: (a, b, bits) => (b < bits ? a << b : 0n),
  shift_right: (a, b, bits) => (b < bits ? a >> b : 0n),
}

/** The greatest whole number that is not above a / b. */
function floorOf(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

const isComparison = (operation: PlainBinaryOperation): operation is Comparison => operation in comparisons

/** Elements of the broadcast result. */
export function plainBinaryValues(
  operation: PlainBinaryOperation,
  a: Value,
  b: Value,
  output: { readonly type: ElementType; readonly shape: readonly number[] },
): Data {
  const data = allocate(output.type, sizeOf(output.shape))
  const bits = BigInt(a.data.BYTES_PER_ELEMENT * 8)
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output.shape)
    const left = a.data[broadcastIndex(at, a.shape)]!
    const right = b.data[broadcastIndex(at, b.shape)]!
    data[index] = isComparison(operation)
      ? Number(comparisons[operation](left, right))
      : wrapped(operations[operation](BigInt(left), BigInt(right), bits), output.type)
  }
  return data
}

export const reference: OperatorDefinition<'plain_binary'>['reference'] = (node, [a, b], [output]) => [
  { shape: output!.shape, data: plainBinaryValues(node.attributes.operation, a!, b!, output!) },
]
