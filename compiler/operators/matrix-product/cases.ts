// SPDX-License-Identifier: Apache-2.0
// Cases of matrix_product: batches of every broadcast, zero points known and computed, the three kinds of results.
import type { MatrixProductAttributes } from '../../ir/sum-operators.js'
import { type Constant, type QuantizedType, rangeOf } from '../../ir/types.js'
import { inputOf } from '../convolution/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'matrix_product'>

interface Sizes {
  /** Batch axes of a and b. */
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly rows: number
  readonly depth: number
  readonly columns: number
}

const sizes: Readonly<Record<string, Sizes>> = {
  'one element': { a: [], b: [], rows: 1, depth: 1, columns: 1 },
  'columns of every remainder': { a: [], b: [], rows: 2, depth: 7, columns: 11 },
  'heads of attention': { a: [1, 3], b: [1, 3], rows: 5, depth: 8, columns: 5 },
  'one right side for all': { a: [2, 3], b: [], rows: 3, depth: 4, columns: 6 },
  'one left side for all': { a: [1, 1], b: [2, 3], rows: 3, depth: 4, columns: 6 },
  'batches across each other': { a: [2, 1, 3], b: [1, 4, 1], rows: 2, depth: 3, columns: 5 },
  'accumulators beyond 2^24': { a: [], b: [], rows: 2, depth: 2000, columns: 4 },
}

const results = ['quantized', 'float', 'integer'] as const

export const cases = (random: Random): Case[] =>
  Object.entries(sizes).flatMap(([name, size]) =>
    results.map((result) => product(`${name}, ${result}`, size, result, random)),
  )

export function randomCase(random: Random): Case {
  const batch = Array.from({ length: random.integer(0, 3) }, () => random.integer(1, 3))
  const broadcast = () =>
    batch.map((length) => (random.integer(0, 2) === 0 ? 1 : length)).slice(random.integer(0, batch.length))
  const [a, b] = random.pick([
    [batch, batch],
    [batch, broadcast()],
    [broadcast(), batch],
  ]) as [number[], number[]]
  const size = {
    a,
    b,
    rows: random.integer(1, 6),
    depth: random.integer(1, 40),
    columns: random.integer(1, 9),
  }
  return product(`random [${a}] and [${b}]`, size, random.pick(results), random)
}

function product(name: string, size: Sizes, result: (typeof results)[number], random: Random): Case {
  const { rows, depth, columns } = size
  const type = random.pick(['int8', 'uint8'] as const)
  const bType = type === 'int8' ? 'int8' : random.pick(['int8', 'uint8'] as const)
  const zeroPoint = (of: QuantizedType) => {
    const { min, max } = rangeOf(of)
    return random.pick([min, max, random.integer(min, max)])
  }
  const perColumn = <T>(make: () => T) => Array.from({ length: random.pick([1, columns]) }, make)
  const isComputed = { a: random.integer(0, 3) === 0, b: random.integer(0, 3) === 0 }
  const multipliers = Float32Array.from(
    perColumn(() => Math.fround(random.scale() * 2 ** -random.integer(2, 14))),
  )
  const attributes: MatrixProductAttributes = {
    aZeroPoint: isComputed.a ? null : zeroPoint(type),
    bZeroPoints: isComputed.b ? null : perColumn(() => zeroPoint(bType)),
    bias: random.boolean() ? Int32Array.from({ length: columns }, () => random.integer(-40000, 40000)) : null,
    requantization:
      result === 'quantized' ? { multipliers, zeroPoint: zeroPoint(type), ...rangeOf(type) } : null,
    floatMultipliers: result === 'float' ? multipliers : null,
    floatBias:
      result === 'float' && random.boolean()
        ? Float32Array.from({ length: columns }, () => random.pick([0, -0, random.float(-3, 3)]))
        : null,
  }
  const computed = (of: QuantizedType): Constant => inputOf(of, [], random)
  const rank = Math.max(size.a.length, size.b.length)
  const batch = Array.from({ length: rank }, (_, i) =>
    Math.max(size.a[size.a.length - rank + i] ?? 1, size.b[size.b.length - rank + i] ?? 1),
  )
  return {
    name,
    operator: 'matrix_product',
    attributes,
    inputs: [
      inputOf(type, [...size.a, rows, depth], random),
      inputOf(bType, [...size.b, depth, columns], random),
      ...(isComputed.a ? [computed(type)] : []),
      ...(isComputed.b ? [computed(bType)] : []),
    ],
    outputs: [
      {
        type: { quantized: type, float: 'float32', integer: 'int32' }[result] as 'int32',
        shape: [...batch, rows, columns],
      },
    ],
  }
}
