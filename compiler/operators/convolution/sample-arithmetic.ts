// SPDX-License-Identifier: Apache-2.0
// Numbers of a layer for cases of sums of products: types, zero points, bias, multipliers.
import { fixedMultiplier, realMultiplier } from '../../arithmetic/fixed-point.js'
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { Requantization } from '../../ir/operators.js'
import { type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Random } from '../random.js'

export interface Arithmetic<Rule = Requantization> {
  readonly inputType: QuantizedType
  readonly weightType: QuantizedType
  readonly outputType: QuantizedType
  readonly inputZeroPoint: number
  readonly weightZeroPoints: readonly number[]
  readonly bias: Int32Array | null
  readonly requantization: Rule
}

export interface Corner {
  readonly channels: number
  /** Of input and output. */
  readonly input: QuantizedType
  readonly weight: QuantizedType
  readonly multiplier: number
  readonly inputZeroPoint?: number
  readonly outputZeroPoint?: number
  /** 'each': one per channel, different. */
  readonly weightZeroPoints?: readonly number[] | 'each'
}

export function arithmetic(corner: Corner, random: Random): Arithmetic {
  const middle = corner.input === 'int8' ? 0 : 128
  const zeroPoints = corner.weightZeroPoints ?? [corner.weight === 'int8' ? 0 : 128]
  return {
    inputType: corner.input,
    weightType: corner.weight,
    outputType: corner.input,
    inputZeroPoint: corner.inputZeroPoint ?? middle,
    weightZeroPoints:
      zeroPoints === 'each' ? zeroPointsOf(corner.weight, corner.channels, random) : zeroPoints,
    bias: biasOf(corner.channels, random),
    requantization: {
      multipliers: Float32Array.of(corner.multiplier),
      zeroPoint: corner.outputZeroPoint ?? middle,
      ...rangeOf(corner.input),
    },
  }
}

export function randomArithmetic(random: Random, channels: number): Arithmetic {
  const inputType = random.pick(['int8', 'uint8'] as const)
  const weightType = inputType === 'int8' ? 'int8' : random.pick(['int8', 'uint8'] as const)
  const outputType = random.pick([inputType, inputType, 'int8', 'uint8'] as const)
  const { min, max } = rangeOf(outputType)
  const multiplier = () => Math.fround(random.scale() * 2 ** -random.integer(2, 14))
  const zeroPoint = random.integer(min, max)
  const isNarrow = random.integer(0, 3) === 0
  return {
    inputType,
    weightType,
    outputType,
    inputZeroPoint: zeroPointsOf(inputType, 1, random)[0]!,
    weightZeroPoints: random.pick([
      [weightType === 'int8' ? 0 : 128],
      zeroPointsOf(weightType, 1, random),
      zeroPointsOf(weightType, channels, random),
    ]),
    bias: random.boolean() ? biasOf(channels, random) : null,
    requantization: {
      multipliers: Float32Array.from({ length: random.pick([1, channels]) }, multiplier),
      zeroPoint,
      min: isNarrow ? random.integer(min, zeroPoint) : min,
      max: isNarrow ? random.integer(zeroPoint, max) : max,
    },
  }
}

/**
 * The same with the two roundings of TFLite Micro: multipliers of any size, also above 1 and too small for anything but
 * 0; and biases that put the accumulator of an input of zero points near a tie.
 */
export function twoRoundings(numbers: Arithmetic, random: Random): Arithmetic<FixedRequantization> {
  const { multipliers, ...range } = numbers.requantization
  const fixed = Array.from(multipliers, (m) =>
    fixedMultiplier(m * random.pick([1, 1, 1, 0.01, 2 ** 10, 2 ** -14, 2 ** -30])),
  )
  const bias = numbers.bias?.map((value, channel) => {
    const real = realMultiplier(fixed[channel % fixed.length]!)
    const tie = (random.integer(-100, 100) + 0.5) / real
    return Math.abs(tie) < 2 ** 28 ? Math.round(tie) + random.integer(-1, 1) : value
  })
  return { ...numbers, bias: bias ?? null, requantization: { ...range, fixed } }
}

function zeroPointsOf(type: QuantizedType, count: number, random: Random): number[] {
  const { min, max } = rangeOf(type)
  return Array.from({ length: count }, () => random.pick([min, max, random.integer(min, max)]))
}

const biasOf = (channels: number, random: Random): Int32Array =>
  Int32Array.from({ length: channels }, () => random.integer(-40000, 40000))
