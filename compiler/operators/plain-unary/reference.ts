// SPDX-License-Identifier: Apache-2.0
// One element at a time, in whole numbers of any size, then wrapped to the output's type.
import type { PlainUnaryOperation } from '../../ir/plain-operators.js'
import { allocate, bytesPerElement, type Data, type ElementType } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { wrapped } from '../wrapped.js'

const operations: Record<Exclude<PlainUnaryOperation, 'cast' | 'saturate'>, (x: bigint) => bigint> = {
  negate: (x) => -x,
  absolute: (x) => (x < 0n ? -x : x),
  sign: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  not: (x) => 1n - x,
  complement: (x) => ~x,
}

/** A conversion of each element. */
export function castValues(from: Data, to: ElementType): Data {
  const data = allocate(to, from.length)
  const isFloat = from instanceof Float32Array || from instanceof Float64Array
  for (let i = 0; i < data.length; i++) {
    data[i] = castValue(isFloat ? from[i]! : BigInt(from[i]!), to) as never
  }
  return data
}

/** `value` is a bigint where it comes from an integer type. */
function castValue(value: number | bigint, to: ElementType): number | bigint {
  // NaN is not 0.
  if (to === 'bool') return Number(value) === 0 ? 0 : 1
  if (to === 'float32') return typeof value === 'bigint' ? nearestFloat(value) : Math.fround(value)
  if (to === 'float64') return Number(value)
  return wrapped(typeof value === 'bigint' ? value : truncated(value, to), to)
}

/** Through double a number of 64 bits would be rounded twice: the bits that float32 drops are first gathered in one. */
function nearestFloat(value: bigint): number {
  const size = value < 0n ? -value : value
  const shift = BigInt(Math.max(0, size.toString(2).length - 30))
  const kept = size >> shift
  const sticky = kept << shift === size ? kept : kept | 1n
  const rounded = Math.fround(Number(sticky)) * 2 ** Number(shift)
  return value < 0n ? -rounded : rounded
}

/** Toward zero, within the 32 or 64 bits through which the reference goes. */
function truncated(value: number, to: ElementType): bigint {
  if (Number.isNaN(value)) return 0n
  const bits = BigInt(Math.max(32, bytesPerElement(to) * 8))
  const isSigned = to.startsWith('int')
  const least = isSigned ? -(1n << (bits - 1n)) : 0n
  const greatest = isSigned ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n
  if (value <= Number(least)) return least
  return value >= Number(greatest) ? greatest : BigInt(Math.trunc(value))
}

function saturated(from: Float32Array, to: ElementType): Data {
  const limit = 2 ** (bytesPerElement(to) * 8 - 1)
  const data = allocate(to, from.length)
  from.forEach((value, i) => {
    data[i] = (Number.isNaN(value) ? 0 : Math.trunc(Math.min(limit - 1, Math.max(-limit, value)))) as never
  })
  return data
}

export const reference: OperatorDefinition<'plain_unary'>['reference'] = (node, [input], [output]) => {
  const { operation } = node.attributes
  const { shape, type } = output!
  if (operation === 'cast') return [{ shape, data: castValues(input!.data, type) }]
  if (operation === 'saturate') return [{ shape, data: saturated(input!.data as Float32Array, type) }]
  const data = allocate(type, input!.data.length)
  for (let i = 0; i < data.length; i++) {
    data[i] = wrapped(operations[operation](BigInt(input!.data[i]!)), type) as never
  }
  return [{ shape, data }]
}
