// SPDX-License-Identifier: Apache-2.0
// Random operators that move elements, on float or on quantized tensors.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, Value } from './builder.js'
import { randomWindow } from './windows.js'

type Copy = (b: Builder, x: Value) => Value | null

function move(
  b: Builder,
  operator: string,
  x: Value,
  shape: readonly number[],
  more: readonly string[] = [],
  attributes: Readonly<Record<string, Attribute>> = {},
): Value {
  const name = b.node(operator, [x.name, ...more], x.parameters?.type ?? 'float32', shape, attributes)
  return { ...x, name, shape }
}

const integers = (b: Builder, values: readonly number[]) => b.constant('int64', [values.length], values)

const reshape: Copy = (b, x) => {
  const { random } = b
  const size = sizeOf(x.shape)
  const first = random.pick([1, 2, 3, x.shape[0] ?? 1].filter((d) => size % d === 0))
  const rest = size / first
  const second = random.pick([1, 2, 3, 4].filter((d) => rest % d === 0))
  const third = random.pick([1, 2, 3].filter((d) => (rest / second) % d === 0))
  const shape = random.pick([
    x.shape,
    [first, rest],
    [first, second, rest / second],
    [first, second, third, rest / second / third],
  ])
  const requested = [...shape]
  if (random.boolean() && requested.length > 0) requested[random.integer(0, requested.length - 1)] = -1
  else if (shape[0] === x.shape[0] && shape.length > 0 && random.boolean()) requested[0] = 0
  return move(b, 'Reshape', x, shape, [integers(b, requested)])
}

const flatten: Copy = (b, x) => {
  const axis = b.random.integer(0, x.shape.length)
  const shape = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]
  return move(b, 'Flatten', x, shape, [], axis === 1 && b.random.boolean() ? {} : { axis })
}

const squeeze: Copy = (b, x) => {
  const ones = x.shape.flatMap((d, axis) => (d === 1 ? [axis] : []))
  if (ones.length === 0 || x.shape.length < 3) return null
  const axes = b.random.boolean() ? ones : [b.random.pick(ones)]
  const shape = x.shape.filter((_, axis) => !axes.includes(axis))
  const isImplicit = axes.length === ones.length && b.random.boolean()
  return move(b, 'Squeeze', x, shape, isImplicit ? [] : [integers(b, axes)])
}

const unsqueeze: Copy = (b, x) => {
  if (x.shape.length > 3) return null
  const axis = b.random.integer(0, x.shape.length)
  const shape = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]
  return move(b, 'Unsqueeze', x, shape, [integers(b, [b.random.boolean() ? axis : axis - shape.length])])
}

const transpose: Copy = (b, x) => {
  const perm = b.random.shuffle(x.shape.map((_, axis) => axis))
  const isDefault = perm.every((axis, i) => axis === x.shape.length - 1 - i)
  return move(
    b,
    'Transpose',
    x,
    perm.map((axis) => x.shape[axis]!),
    [],
    isDefault ? {} : { perm },
  )
}

const slice: Copy = (b, x) => {
  const { random } = b
  if (x.shape.length === 0) return null
  const axis = random.integer(0, x.shape.length - 1)
  const size = x.shape[axis]!
  const step = random.pick([1, 1, 1, 2, -1])
  const start = step > 0 ? random.integer(0, Math.floor((size - 1) / 2)) : size - 1
  const end = step > 0 ? random.pick([size, 2 ** 31 - 1, random.integer(start + 1, size)]) : -size - 1
  const count = Math.ceil(((step > 0 ? Math.min(end, size) : -1) - start) / step)
  const shape = x.shape.map((d, i) => (i === axis ? count : d))
  const lists = [[start], [end], [random.boolean() ? axis : axis - x.shape.length]]
  if (step !== 1 || random.boolean()) lists.push([step])
  return move(
    b,
    'Slice',
    x,
    shape,
    lists.map((list) => integers(b, list)),
  )
}

const depthToSpace: Copy = (b, x) => {
  const [batch, channels, height, width] = x.shape
  if (x.shape.length !== 4 || channels! % 4 !== 0) return null
  const shape = [batch!, channels! / 4, height! * 2, width! * 2]
  const mode = b.random.pick(['DCR', 'CRD'])
  return move(b, 'DepthToSpace', x, shape, [], { blocksize: 2, mode })
}

export const maxPool: Copy = (b, x) => {
  if (x.shape.length < 3 || x.shape.length > 4) return null
  const window = randomWindow(b, x.shape.slice(2), 'maximum')
  if (!window) return null
  return move(b, 'MaxPool', x, [...x.shape.slice(0, 2), ...window.output], [], window.attributes)
}

export const pad: Copy = (b, x) => {
  const { random } = b
  const rank = x.shape.length
  if (rank === 0) return null
  const mode = random.pick(['constant', 'constant', 'constant', 'reflect', 'edge'])
  const isSpatial = random.boolean()
  const pads = [...x.shape, ...x.shape].map((d, i) => {
    if (isSpatial && i % rank < 2) return 0
    return mode === 'reflect' ? random.integer(0, Math.min(1, d - 1)) : random.integer(0, 2)
  })
  const shape = x.shape.map((d, i) => d + pads[i]! + pads[i + rank]!)
  const more = [integers(b, pads)]
  if (mode === 'constant' && random.boolean()) {
    const value = random.pick([0, 0, x.parameters ? 3 : 0.4])
    more.push(b.constant(x.parameters?.type ?? 'float32', [], [value]))
  }
  return move(b, 'Pad', x, shape, more, mode === 'constant' && random.boolean() ? {} : { mode })
}

/** One that changes neither values nor their number; the result has at most 4 dimensions. */
export function copy(b: Builder, x: Value): Value | null {
  const makers = [reshape, reshape, flatten, squeeze, unsqueeze, transpose, transpose, slice, depthToSpace]
  const result = b.random.pick(makers)(b, x)
  return result && result.shape.length <= 4 ? result : null
}
