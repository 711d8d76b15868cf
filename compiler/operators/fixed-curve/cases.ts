// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_curve: every int16 value through both curves, arguments of every shift.
import { type Curve, curveArgument } from '../../arithmetic/fixed-curves.js'
import type { Constant } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const curves = ['logistic', 'tanh'] as const

const caseOf = (curve: Curve, scale: number, input: Constant): OperatorCase<'fixed_curve'> => ({
  name: `${curve} of [${input.shape}], scale ${scale}`,
  operator: 'fixed_curve',
  attributes: { curve, argument: curveArgument(curve, scale) },
  inputs: [input],
  outputs: [{ type: 'int16', shape: input.shape }],
})

const every: Constant = {
  type: 'int16',
  shape: [65536],
  data: Int16Array.from({ length: 65536 }, (_, i) => i - 32768),
}

export const cases = (_: Random): OperatorCase<'fixed_curve'>[] => [
  caseOf('logistic', 2 ** -12, every),
  caseOf('logistic', 0.0007, every),
  caseOf('tanh', 2 ** -11, every),
  caseOf('tanh', 0.0003, every),
]

export const randomCase = (random: Random): OperatorCase<'fixed_curve'> =>
  caseOf(
    random.pick(curves),
    Math.fround(random.pick([1e-9, 1e-4, 0.01, 1, 3]) * random.float(0.5, 1.5)),
    random.tensor('int16', [random.integer(1, 3), random.integer(1, 70)]),
  )
