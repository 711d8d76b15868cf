// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_convolution: both accumulators, groups, depthwise, dilation, pads, transposed ones, rows longer than a tile.
import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { Placing } from '../../ir/fixed-operators.js'
import type { Constant } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { integerRange } from '../tflite-rules.js'

type Case = OperatorCase<'fixed_convolution'>

interface Sizes {
  readonly type: 'int8' | 'int16'
  readonly bits: 32 | 64
  readonly input: readonly [number, number]
  readonly channels: number
  readonly group?: number
  readonly outputs: number
  readonly kernel: readonly [number, number]
  readonly stride?: number
  readonly dilation?: number
  readonly isTransposed?: boolean
}

function caseOf(random: Random, name: string, sizes: Sizes): Case {
  const { type, bits, channels, outputs, kernel, isTransposed } = sizes
  const [stride, dilation, group] = [sizes.stride ?? 1, sizes.dilation ?? 1, sizes.group ?? 1]
  const pads = kernel.map((length) => random.integer(0, length - 1))
  const plane = sizes.input.map((size, axis) =>
    isTransposed
      ? Math.max(1, (size - 1) * stride + kernel[axis]! - pads[axis]!)
      : Math.max(1, Math.floor((size + pads[axis]! - (kernel[axis]! - 1) * dilation - 1) / stride) + 1),
  )
  const placing = pads.map((pad) =>
    isTransposed
      ? { up: 1, pad: -pad, step: -1, down: stride }
      : { up: stride, pad, step: dilation, down: 1 },
  ) as unknown as readonly [Placing, Placing]
  const depth = (channels / group) * kernel[0] * kernel[1]
  const weight: Constant = random.tensor('int8', [outputs, channels / group, ...kernel])
  const typical = Math.sqrt(depth) * (type === 'int8' ? 4000 : 1e6)
  const limits = integerRange(type)
  return {
    name: `${name}: ${type}, ${bits} bits`,
    operator: 'fixed_convolution',
    attributes: {
      weight,
      bias: random.boolean()
        ? Float64Array.from(
            { length: outputs },
            () => random.integer(-(2 ** 31), 2 ** 31 - 1) * (bits === 64 ? 999 : 1),
          )
        : null,
      ...{ group, placing, accumulatorBits: bits },
      inputZeroPoint: random.pick([0, random.integer(-128, 127)]),
      requantization: {
        fixed: Array.from({ length: random.pick([1, outputs]) }, () =>
          fixedMultiplier(random.pick([(limits.max / typical) * random.float(0.5, 2), random.scale()])),
        ),
        zeroPoint: random.integer(-128, 127),
        ...(random.boolean() ? limits : { min: limits.min / 2, max: 100 }),
      },
    },
    inputs: [random.tensor(type, [2, channels, ...sizes.input])],
    outputs: [{ type, shape: [2, outputs, ...plane] }],
  }
}

export const cases = (random: Random): Case[] => [
  ...([32, 64] as const).flatMap((bits) => [
    caseOf(random, 'dense', { type: 'int16', bits, input: [6, 5], channels: 3, outputs: 7, kernel: [3, 3] }),
    caseOf(random, 'depthwise', {
      ...{ type: 'int16', bits, input: [6, 5], channels: 4, group: 4, outputs: 8, kernel: [3, 2], stride: 2 },
    }),
    caseOf(random, 'transposed', {
      ...{
        type: 'int8',
        bits,
        input: [4, 5],
        channels: 3,
        outputs: 5,
        kernel: [3, 4],
        stride: 2,
        isTransposed: true,
      },
    }),
  ]),
  caseOf(random, 'long rows', {
    type: 'int16',
    bits: 64,
    input: [1, 1],
    channels: 1500,
    outputs: 3,
    kernel: [1, 1],
  }),
]

export function randomCase(random: Random): Case {
  const group = random.integer(1, 3)
  const isTransposed = random.boolean()
  return caseOf(random, isTransposed ? 'transposed' : 'window', {
    type: random.pick(['int8', 'int16']),
    bits: random.pick([32, 64]),
    input: [random.integer(3, 6), random.integer(3, 6)],
    channels: group * random.integer(1, 3),
    ...{ group, outputs: group * random.integer(1, 5), kernel: [random.integer(1, 3), random.integer(1, 3)] },
    stride: random.integer(1, 3),
    dilation: isTransposed ? 1 : random.integer(1, 2),
    isTransposed,
  })
}
