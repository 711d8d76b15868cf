// SPDX-License-Identifier: Apache-2.0
// Cases of time_filter: states of 8 and 16 bits at their ends, sums that wrap, newest values whose zero point wraps.
import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

interface Form {
  readonly type: 'int8' | 'int16'
  readonly batch: number
  readonly units: number
  readonly rank: number
  readonly runs: number
}

function caseOf(
  random: Random,
  form: Form,
  multiplier: number,
  atEnds: boolean,
): OperatorCase<'time_filter'> {
  const { type, batch, units, rank, runs } = form
  const filters = units * rank
  const constant = (shape: number[]) => {
    const tensor = random.tensor(type, shape)
    return atEnds ? { ...tensor, data: tensor.data.fill((type === 'int8' ? -128 : -32768) as never) } : tensor
  }
  return {
    name: `${type} [${batch}], ${units} units of ${rank} filters, ${runs} runs${atEnds ? ', at the ends' : ''}`,
    operator: 'time_filter',
    attributes: {
      weight: constant([filters, runs]),
      bias: Int32Array.from({ length: units }, () => random.integer(-(2 ** 30), 2 ** 30)),
      stateZeroPoint: type === 'int8' ? random.integer(-128, 127) : 0,
      requantization: {
        fixed: [fixedMultiplier(multiplier)],
        ...{ zeroPoint: random.integer(-128, 127), min: -128, max: 127 },
      },
    },
    inputs: [constant([batch, filters * runs]), random.tensor(type, [batch, filters])],
    outputs: [
      { type, shape: [batch, filters * runs] },
      { type: 'int8', shape: [batch, units] },
    ],
  }
}

export const cases = (random: Random): OperatorCase<'time_filter'>[] => [
  caseOf(random, { type: 'int8', batch: 1, units: 1, rank: 1, runs: 1 }, 1e-3, false),
  caseOf(random, { type: 'int8', batch: 2, units: 3, rank: 2, runs: 5 }, 1e-7, true),
  caseOf(random, { type: 'int16', batch: 2, units: 2, rank: 1, runs: 6 }, 1e-7, true),
]

export const randomCase = (random: Random): OperatorCase<'time_filter'> =>
  caseOf(
    random,
    {
      type: random.pick(['int8', 'int16']),
      batch: random.integer(1, 3),
      units: random.integer(1, 5),
      rank: random.integer(1, 3),
      runs: random.integer(1, 9),
    },
    10 ** random.float(-9, 1),
    false,
  )
