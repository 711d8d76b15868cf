// SPDX-License-Identifier: Apache-2.0
// Random copies with constant indices, lengths and repetitions, on float or on quantized tensors.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, Value } from './builder.js'

type Copy = (b: Builder, x: Value) => Value | null

const integers = (b: Builder, values: readonly number[]) => b.constant('int64', [values.length], values)

function move(
  b: Builder,
  operator: string,
  x: Value,
  shape: readonly number[],
  more: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Value {
  const name = b.node(operator, [x.name, ...more], x.parameters?.type ?? 'float32', shape, attributes)
  return { ...x, name, shape }
}

const axisOf = (b: Builder, x: Value) => b.random.integer(0, x.shape.length - 1)

const indexUpTo = (b: Builder, size: number) => b.random.integer(b.odd() ? -size : 0, size - 1)

const gather: Copy = (b, x) => {
  const axis = axisOf(b, x)
  const size = x.shape[axis]!
  const shape = b.random.pick([[], [1], [b.random.integer(1, 4)], [2, 2]])
  const values = Array.from({ length: sizeOf(shape) }, () => indexUpTo(b, size))
  const indices = b.constant(b.random.pick(['int64', 'int32'] as const), shape, values)
  return move(b, 'Gather', x, [...x.shape.slice(0, axis), ...shape, ...x.shape.slice(axis + 1)], [indices], {
    axis,
  })
}

const gatherElements: Copy = (b, x) => {
  const axis = axisOf(b, x)
  const shape = x.shape.map((d, i) => (i === axis ? b.random.integer(1, 5) : b.random.integer(1, d)))
  const values = Array.from({ length: sizeOf(shape) }, () => indexUpTo(b, x.shape[axis]!))
  return move(b, 'GatherElements', x, shape, [b.constant('int64', shape, values)], { axis })
}

const gatherND: Copy = (b, x) => {
  const depth = b.random.integer(1, x.shape.length)
  const count = b.random.integer(1, 4)
  const values = Array.from({ length: count * depth }, (_, i) => b.random.integer(0, x.shape[i % depth]! - 1))
  const indices = b.constant('int64', [count, depth], values)
  return move(b, 'GatherND', x, [count, ...x.shape.slice(depth)], [indices])
}

const tile: Copy = (b, x) => {
  const repeats = x.shape.map(() => b.random.pick([1, 1, 2, 3]))
  return move(
    b,
    'Tile',
    x,
    x.shape.map((d, i) => d * repeats[i]!),
    [integers(b, repeats)],
  )
}

const expand: Copy = (b, x) => {
  const shape = x.shape.map((d) => (d === 1 ? b.random.integer(1, 3) : d))
  if (b.random.boolean() && shape.length < 4) shape.unshift(b.random.integer(1, 2))
  return move(b, 'Expand', x, shape, [integers(b, shape)])
}

const spaceToDepth: Copy = (b, x) => {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  if (x.shape.length !== 4 || h % 2 !== 0 || w % 2 !== 0) return null
  return move(b, 'SpaceToDepth', x, [n, c * 4, h / 2, w / 2], [], { blocksize: 2 })
}

/** Several parts: one is the result, the others may be read later. */
const split: Copy = (b, x) => {
  const axis = axisOf(b, x)
  const size = x.shape[axis]!
  if (size < 2) return null
  const first = b.random.integer(1, size - 1)
  const lengths = [first, size - first]
  const type = x.parameters?.type ?? 'float32'
  const shapes = lengths.map((length) => x.shape.map((d, i) => (i === axis ? length : d)))
  const names = b.splitNode('Split', [x.name, integers(b, lengths)], type, shapes, { axis })
  const parts = names.map((name, i) => ({ ...x, name, shape: shapes[i]! }))
  b.values.push(parts[1]!)
  return parts[0]!
}

const makers: readonly Copy[] = [gather, gather, gatherElements, gatherND, tile, expand, spaceToDepth, split]

export const indexedCopy: Copy = (b, x) => {
  const result = x.shape.length === 0 ? null : b.random.pick(makers)(b, x)
  return result && result.shape.length <= 4 ? result : null
}
