// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_unary: every pair of types, one slope and two, wraps of int32.
import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { integerRange } from '../tflite-rules.js'

type Case = OperatorCase<'fixed_unary'>
const types = ['int8', 'int16', 'int32'] as const
type Type = (typeof types)[number]

function unaryOf(random: Random, from: Type, to: Type, isLinear: boolean): Case {
  const shape = [random.integer(1, 3), random.integer(1, 70)]
  const positive = fixedMultiplier(random.scale() * 2 ** random.integer(-12, 3))
  const negative = isLinear ? positive : fixedMultiplier(random.scale() * 2 ** random.integer(-12, 3))
  const range = integerRange(to)
  const zeroPoint = (type: Type) =>
    random.pick([0, random.integer(Math.max(-32768, integerRange(type).min), 100)])
  return {
    name: `${from} to ${to}, ${isLinear ? 'one slope' : 'two slopes'}`,
    operator: 'fixed_unary',
    attributes: {
      slopes: { positive, negative, isNegated: !isLinear && random.boolean() },
      inputZeroPoint: zeroPoint(from),
      result: { ...range, zeroPoint: zeroPoint(to) },
    },
    inputs: [random.tensor(from, shape)],
    outputs: [{ type: to, shape }],
  }
}

export const cases = (random: Random): Case[] =>
  types.flatMap((from) =>
    types.flatMap((to) => [unaryOf(random, from, to, true), unaryOf(random, from, to, false)]),
  )

export const randomCase = (random: Random): Case =>
  unaryOf(random, random.pick(types), random.pick(types), random.boolean())
