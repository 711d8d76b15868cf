// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_binary: every pair of quanta of each operation, int16 ones that wrap, broadcasting.
import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { FixedBinaryAttributes } from '../../ir/fixed-operators.js'
import { broadcastShapes, everyPair } from '../pair-cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'fixed_binary'>
type Type = 'int8' | 'int16'

const operations = ['add', 'subtract', 'multiply', 'maximum', 'minimum', 'prelu'] as const

const rangeOf = (type: Type) => (type === 'int8' ? { min: -128, max: 127 } : { min: -32768, max: 32767 })

function attributesOf(
  operation: FixedBinaryAttributes['operation'],
  type: Type,
  random: Random,
  isNarrow: boolean,
): FixedBinaryAttributes {
  const { min, max } = rangeOf(type)
  const zeroPoint = () => random.integer(min, max)
  const output = zeroPoint()
  const leftShift = type === 'int8' ? 20 : 15
  const factor =
    random.float(0.1, 1.9) *
    2 ** (operation === 'multiply' || operation === 'prelu' ? -random.integer(0, 12) : -leftShift)
  return {
    operation,
    a: { zeroPoint: zeroPoint(), fixed: fixedMultiplier(random.pick([0.5, random.float(0.001, 0.5)])) },
    b: { zeroPoint: zeroPoint(), fixed: fixedMultiplier(random.pick([0.5, random.float(0.001, 0.5)])) },
    leftShift,
    requantization: {
      fixed: [fixedMultiplier(factor)],
      zeroPoint: output,
      min: isNarrow ? random.integer(min, output) : min,
      max: isNarrow ? random.integer(output, max) : max,
    },
  }
}

export const cases = (random: Random): Case[] =>
  operations.map((operation) => ({
    name: `${operation}: all pairs`,
    operator: 'fixed_binary',
    attributes: attributesOf(operation, 'int8', random, false),
    inputs: everyPair('int8', 'int8'),
    outputs: [{ type: 'int8', shape: [256, 256] }],
  }))

export function randomCase(random: Random): Case {
  const type = random.pick(['int8', 'int16'] as const)
  const operation = random.pick(operations)
  const { shape, left, right } = broadcastShapes(random)
  return {
    name: `${operation} of ${type} [${left}] and [${right}]`,
    operator: 'fixed_binary',
    attributes: attributesOf(operation, type, random, random.boolean()),
    inputs: [random.tensor(type, left), random.tensor(type, right)],
    outputs: [{ type, shape }],
  }
}
