// SPDX-License-Identifier: Apache-2.0
// Random nodes of the TensorFlow Lite operators that only move elements.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Layer } from './layers.js'

const reshape =
  (operator: string): Layer =>
  (network, x) => {
    const shapes = {
      RESHAPE: network.random.shuffle(x.shape),
      EXPAND_DIMS: [1, ...x.shape],
      SQUEEZE: x.shape.filter((length) => length !== 1),
    }
    const shape = shapes[operator as 'RESHAPE']
    if (shape.length > 5) return null
    const output = network.like(x, shape)
    const second =
      operator === 'RESHAPE' ? network.integers(...shape) : network.constant('int32', [], Int32Array.of(0))
    network.node(operator, operator === 'SQUEEZE' ? [x] : [x, second], [output])
    return output
  }

const transpose: Layer = (network, x) => {
  const permutation = network.random.shuffle(x.shape.map((_, axis) => axis))
  const output = network.like(
    x,
    permutation.map((axis) => x.shape[axis]!),
  )
  if (x.shape.length > 4) return null
  network.node('TRANSPOSE', [x, network.integers(...permutation)], [output])
  return output
}

const pad =
  (operator: string): Layer =>
  (network, x) => {
    if (x.shape.length < 1 || x.shape.length > 4) return null
    const pairs = x.shape.map(() => [network.random.integer(0, 2), network.random.integer(0, 2)] as const)
    const output = network.like(
      x,
      x.shape.map((length, axis) => length + pairs[axis]![0] + pairs[axis]![1]),
    )
    const paddings = network.constant('int32', [x.shape.length, 2], Int32Array.from(pairs.flat()))
    const { scales, zeroPoints } = output
    const { data } = network.random.tensor(x.type, [1])
    const value =
      operator === 'PADV2'
        ? [network.constant(x.type, [1], data, { scales: scales!, zeroPoints: zeroPoints! })]
        : []
    network.node(operator, [x, paddings, ...value], [output])
    return output
  }

const concatenation: Layer = (network, x) => {
  if (x.shape.length < 1) return null
  const axis = network.random.integer(0, x.shape.length - 1)
  const shape = x.shape.map((length, a) => (a === axis ? network.random.integer(1, 4) : length))
  const other = network.like(x, shape)
  network.inputs.push(other.name)
  const output = network.like(
    x,
    x.shape.map((length, a) => (a === axis ? length + shape[axis]! : length)),
  )
  network.node('CONCATENATION', [x, other], [output], {
    axis: network.random.pick([axis, axis - x.shape.length]),
  })
  return output
}

const pack: Layer = (network, x) => {
  if (x.shape.length > 3) return null
  const axis = network.random.integer(0, x.shape.length)
  const output = network.like(x, [...x.shape.slice(0, axis), 2, ...x.shape.slice(axis)])
  network.node('PACK', [x, x], [output], { axis, count: 2 })
  return output
}

const split =
  (operator: string): Layer =>
  (network, x) => {
    const axis = x.shape.findIndex((length) => length > 1)
    if (axis < 0 || x.shape.length > 4) return null
    const length = x.shape[axis]!
    const first = operator === 'SPLIT' ? length / 2 : network.random.integer(1, length - 1)
    if (!Number.isInteger(first)) return null
    const part = (size: number) =>
      network.like(
        x,
        x.shape.map((d, a) => (a === axis ? size : d)),
      )
    const outputs = [part(first), part(length - first)]
    const place = network.constant('int32', [], Int32Array.of(axis))
    if (operator === 'SPLIT') network.node(operator, [place, x], outputs)
    else network.node(operator, [x, network.integers(first, length - first), place], outputs)
    return outputs[1]!
  }

const unpack: Layer = (network, x) => {
  if (x.shape.length < 2) return null
  const axis = network.random.integer(0, x.shape.length - 1)
  const shape = x.shape.filter((_, a) => a !== axis)
  const outputs = Array.from({ length: x.shape[axis]! }, () => network.like(x, shape))
  network.node('UNPACK', [x], outputs, { axis, count: outputs.length })
  return outputs.at(-1)!
}

const slice: Layer = (network, x) => {
  if (x.shape.length < 1 || x.shape.length > 5) return null
  const begins = x.shape.map((length) => network.random.integer(0, length - 1))
  const sizes = x.shape.map((length, axis) => network.random.integer(1, length - begins[axis]!))
  const output = network.like(x, sizes)
  network.node('SLICE', [x, network.integers(...begins), network.integers(...sizes)], [output])
  return output
}

const stridedSlice: Layer = (network, x) => {
  const { random } = network
  if (x.shape.length < 1 || x.shape.length > 4) return null
  const steps = x.shape.map(() => random.pick([1, 2, -1]))
  const masks = { beginMask: random.integer(0, 15), endMask: random.integer(0, 15) }
  const lists = x.shape.map((length, axis) => {
    const bit = (mask: number) => (mask & (1 << axis)) !== 0
    const all = Array.from({ length }, (_, place) => place)
    const step = steps[axis]!
    const [low, high] = [random.integer(0, length - 1), random.integer(0, length - 1)].sort(
      (a, b) => a - b,
    ) as [number, number]
    const begin = bit(masks.beginMask) ? (step > 0 ? 0 : length - 1) : step > 0 ? low : high
    const end = bit(masks.endMask) ? (step > 0 ? length : -1) : step > 0 ? high + 1 : low - 1
    const places =
      step > 0 ? all.filter((p) => p >= begin && p < end) : all.reverse().filter((p) => p <= begin && p > end)
    const written = step < 0 && end === -1 ? -length - 1 : end
    return { begin, end: written, length: places.filter((_, i) => i % Math.abs(step) === 0).length }
  })
  if (lists.some(({ length }) => length < 1)) return null
  const output = network.like(
    x,
    lists.map(({ length }) => length),
  )
  const integers = (values: number[]) => network.integers(...values)
  const inputs = [
    x,
    integers(lists.map(({ begin }) => begin)),
    integers(lists.map(({ end }) => end)),
    integers(steps),
  ]
  network.node('STRIDED_SLICE', inputs, [output], masks)
  return output
}

const gather: Layer = (network, x) => {
  if (x.type !== 'int8' || x.shape.length < 1) return null
  const axis = network.random.integer(0, x.shape.length - 1)
  const indices = Array.from({ length: network.random.integer(1, 5) }, () =>
    network.random.integer(0, x.shape[axis]! - 1),
  )
  const output = network.like(
    x,
    x.shape.map((length, a) => (a === axis ? indices.length : length)),
  )
  network.node('GATHER', [x, network.integers(...indices)], [output], { axis })
  return output
}

const resize: Layer = (network, x) => {
  if (x.shape.length !== 4) return null
  const [height, width] = [network.random.integer(1, 9), network.random.integer(1, 9)]
  const alignCorners = network.random.boolean()
  const output = network.like(x, [x.shape[0]!, height, width, x.shape[3]!])
  const options = { alignCorners, halfPixelCenters: !alignCorners && network.random.boolean() }
  network.node('RESIZE_NEAREST_NEIGHBOR', [x, network.integers(height, width)], [output], options)
  return output
}

const blocks =
  (operator: string): Layer =>
  (network, x) => {
    if (x.type !== 'int8' || x.shape.length !== 4) return null
    const [n, h, w, c] = x.shape as [number, number, number, number]
    const shape = operator === 'SPACE_TO_DEPTH' ? [n, h / 2, w / 2, 4 * c] : [n, 2 * h, 2 * w, c / 4]
    if (!shape.every(Number.isInteger)) return null
    const output = network.like(x, shape)
    network.node(operator, [x], [output], { blockSize: 2 })
    return output
  }

/** Ends the network: an index is no activation. */
const index =
  (operator: string): Layer =>
  (network, x) => {
    if (x.type !== 'int8' || x.shape.length < 1) return null
    const axis = network.random.integer(0, x.shape.length - 1)
    const shape = x.shape.filter((_, a) => a !== axis)
    const output = { name: `index${network.tensors.length}`, type: 'int32', shape }
    network.tensors.push(output)
    network.node(operator, [x, network.constant('int32', [], Int32Array.of(axis))], [output], {
      outputType: 2,
    })
    return sizeOf(shape) > 0 ? x : null
  }

export const movers: Readonly<Record<string, Layer>> = {
  RESHAPE: reshape('RESHAPE'),
  EXPAND_DIMS: reshape('EXPAND_DIMS'),
  SQUEEZE: reshape('SQUEEZE'),
  TRANSPOSE: transpose,
  PAD: pad('PAD'),
  PADV2: pad('PADV2'),
  CONCATENATION: concatenation,
  PACK: pack,
  SPLIT: split('SPLIT'),
  SPLIT_V: split('SPLIT_V'),
  UNPACK: unpack,
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  GATHER: gather,
  RESIZE_NEAREST_NEIGHBOR: resize,
  SPACE_TO_DEPTH: blocks('SPACE_TO_DEPTH'),
  DEPTH_TO_SPACE: blocks('DEPTH_TO_SPACE'),
  ARG_MAX: index('ARG_MAX'),
  ARG_MIN: index('ARG_MIN'),
}
