// SPDX-License-Identifier: Apache-2.0
// Cases of integer_average_pool: whole images, padded windows, ties below and above zero, a narrow range.
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'integer_average_pool'>

interface Sizes {
  readonly input: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly pads: readonly [number, number, number, number]
  readonly channels: number
  readonly range?: readonly [number, number]
  readonly type?: 'int8' | 'int16'
}

function poolOf(
  name: string,
  { input, kernel, strides, pads, channels, range, type = 'int8' }: Sizes,
  random: Random,
): Case {
  const output = [0, 1].map((axis) =>
    Math.floor((input[axis]! + pads[axis]! + pads[axis + 2]! - kernel[axis]!) / strides[axis]! + 1),
  )
  const [min, max] = range ?? (type === 'int8' ? [-128, 127] : [-32768, 32767])
  return {
    name,
    operator: 'integer_average_pool',
    attributes: { kernel, strides, pads, dilations: [1, 1], min, max },
    inputs: [random.tensor(type, [2, channels, ...input])],
    outputs: [{ type, shape: [2, channels, ...output] }],
  }
}

export const cases = (random: Random): Case[] => [
  poolOf(
    'pairs: every tie',
    { input: [8, 64], kernel: [1, 2], strides: [1, 1], pads: [0, 0, 0, 0], channels: 3 },
    random,
  ),
  poolOf(
    'whole image',
    { input: [25, 5], kernel: [25, 5], strides: [1, 1], pads: [0, 0, 0, 0], channels: 9 },
    random,
  ),
  poolOf(
    'padded',
    { input: [6, 5], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], channels: 4 },
    random,
  ),
  poolOf(
    'narrow',
    { input: [6, 5], kernel: [2, 2], strides: [2, 1], pads: [0, 0, 0, 0], channels: 4, range: [-5, 9] },
    random,
  ),
]

export const randomCase = (random: Random): Case => {
  const kernel = [random.integer(1, 4), random.integer(1, 4)] as const
  const pads = [0, 1, 2, 3].map((side) =>
    random.integer(0, kernel[side % 2]! - 1),
  ) as unknown as Sizes['pads']
  const sizes: Sizes = {
    input: [random.integer(4, 9), random.integer(4, 9)],
    ...{
      kernel,
      pads,
      strides: [random.integer(1, 3), random.integer(1, 3)],
      channels: random.integer(1, 9),
      type: random.pick(['int8', 'int16'] as const),
    },
  }
  return poolOf('random', sizes, random)
}
