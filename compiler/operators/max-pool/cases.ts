// SPDX-License-Identifier: Apache-2.0
import type { Window } from '../../ir/operators.js'
import { type Constant, type ElementType, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

/** Output's spatial size without ceil mode. */
export const pooledSize = (
  spatial: readonly number[],
  { kernel, strides, pads, dilations }: Window,
): number[] =>
  spatial.map((size, axis) => {
    const extent = (kernel[axis]! - 1) * dilations[axis]! + 1
    const padded = size + pads[axis]! + pads[axis + spatial.length]!
    return Math.floor((padded - extent) / strides[axis]!) + 1
  })

/** Random spatial dimensions and a window over them whose every position has a cell inside. */
export function randomWindow(random: Random): { spatial: number[]; window: Window } {
  const rank = random.integer(1, 2)
  const axes = Array.from({ length: rank }, () => {
    const taps = random.integer(1, 4)
    const dilation = taps > 1 && random.integer(0, 3) === 0 ? 2 : 1
    // A window reaches at most to its second tap into the padding, so that it always meets the image.
    const pad = () => (random.boolean() ? 0 : random.integer(0, dilation === 1 ? taps - 1 : 0))
    const size = (taps - 1) * dilation + 1 + random.integer(0, 6)
    return { taps, dilation, begin: pad(), end: pad(), stride: random.integer(1, 3), size }
  })
  return {
    spatial: axes.map((axis) => axis.size),
    window: {
      kernel: axes.map((axis) => axis.taps),
      strides: axes.map((axis) => axis.stride),
      pads: [...axes.map((axis) => axis.begin), ...axes.map((axis) => axis.end)],
      dilations: axes.map((axis) => axis.dilation),
    },
  }
}

/** Floats about which orders of maxima differ. */
function edges(random: Random, shape: readonly number[]): Constant {
  const choices = random.pick([
    [-0, 0, -1],
    [Number.NaN, -0, 0, 1, -3.4028234663852886e38],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1],
  ])
  return {
    type: 'float32',
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => random.pick(choices)),
  }
}

function poolOf(
  random: Random,
  type: ElementType,
  shape: readonly number[],
  window: Window,
  ceilMode: boolean,
  spatial: readonly number[],
): OperatorCase<'max_pool'> {
  return {
    name: `max_pool ${window.kernel} of ${type} [${shape}], strides ${window.strides}, pads ${window.pads}, dilations ${window.dilations}`,
    operator: 'max_pool',
    attributes: { ...window, ceilMode },
    inputs: [type === 'float32' && random.boolean() ? edges(random, shape) : random.tensor(type, shape)],
    outputs: [{ type, shape: [...shape.slice(0, 2), ...spatial] }],
  }
}

const square: Window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] }
const line: Window = { kernel: [3], strides: [2], pads: [1, 1], dilations: [1] }

export const cases = (random: Random): OperatorCase<'max_pool'>[] => [
  poolOf(random, 'int8', [1, 16, 6, 6], square, false, [3, 3]),
  poolOf(random, 'uint8', [2, 11, 7, 5], square, true, [4, 3]),
  poolOf(random, 'int8', [1, 3, 9], line, false, [5]),
  poolOf(random, 'float32', [1, 9, 9], line, false, [5]),
]

export function randomCase(random: Random): OperatorCase<'max_pool'> {
  const { spatial, window: part } = randomWindow(random)
  const ones = spatial.map(() => 1)
  const whole = { kernel: spatial, strides: ones, pads: [...ones, ...ones].map(() => 0), dilations: ones }
  const window = random.integer(0, 5) === 0 ? whole : part
  const shape = [random.integer(1, 2), random.pick([1, 2, 3, 8, 9, 16, 21]), ...spatial]
  return poolOf(
    random,
    random.pick(['int8', 'uint8', 'int16', 'float32']),
    shape,
    window,
    false,
    pooledSize(spatial, window),
  )
}
