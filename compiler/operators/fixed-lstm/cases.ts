// SPDX-License-Identifier: Apache-2.0
// Cases of fixed_lstm: int8 and int16, both orders of time and batch, cells at their limits, sums that wrap.
import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { GateProduct, LstmGate } from '../../ir/fixed-recurrent-operators.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

interface Form {
  readonly type: 'int8' | 'int16'
  readonly timeMajor: boolean
  readonly steps: number
  readonly batch: number
  readonly depth: number
  readonly hidden: number
}

function caseOf(random: Random, form: Form, spread: number): OperatorCase<'fixed_lstm'> {
  const { type, timeMajor, steps, batch, depth, hidden } = form
  const isNarrow = type === 'int8'
  const product = (length: number): GateProduct => ({
    weight: random.tensor('int8', [hidden, length]),
    bias: Float64Array.from({ length: hidden }, () =>
      Math.round(random.integer(-(2 ** 20), 2 ** 20) * random.pick([1, spread])),
    ),
    by: fixedMultiplier((spread * random.float(0.5, 2)) / (isNarrow ? 8 : 2000)),
  })
  const gate = (): LstmGate => ({ ofInput: product(depth), ofState: product(hidden) })
  const rows = timeMajor ? [steps, batch] : [batch, steps]
  const zeroPoint = () => (isNarrow ? random.integer(-128, 127) : random.integer(-300, 300))
  const cellScale = 2 ** -random.integer(8, 14)
  return {
    name: `${type} [${rows}, ${depth}], ${hidden} units, spread ${spread}`,
    operator: 'fixed_lstm',
    attributes: {
      ...{
        timeMajor,
        accumulatorBits: isNarrow ? 32 : 64,
        inputZeroPoint: zeroPoint(),
        stateZeroPoint: zeroPoint(),
      },
      ...{ input: gate(), forget: gate(), cell: gate(), output: gate() },
      keep: fixedMultiplier(2 ** -15),
      add: fixedMultiplier(2 ** -30 / cellScale),
      show: fixedMultiplier((2 ** -30 / 0.007) * (isNarrow ? 1 : 256)),
      cellCurve: { multiplier: 3, shift: Math.max(0, -12 - Math.log2(cellScale)) },
      cellLimit: random.pick([null, null, random.integer(1, 32767)]),
    },
    inputs: [
      random.tensor(type, [...rows, depth]),
      random.tensor(type, [batch, hidden]),
      random.tensor('int16', [batch, hidden]),
    ],
    outputs: [
      { type, shape: [...rows, hidden] },
      { type, shape: [batch, hidden] },
      { type: 'int16', shape: [batch, hidden] },
    ],
  }
}

export const cases = (random: Random): OperatorCase<'fixed_lstm'>[] =>
  [1, 100, 30_000].map((spread) =>
    caseOf(random, { type: 'int8', timeMajor: false, steps: 4, batch: 2, depth: 5, hidden: 3 }, spread),
  )

export const randomCase = (random: Random): OperatorCase<'fixed_lstm'> =>
  caseOf(
    random,
    {
      type: random.pick(['int8', 'int16']),
      timeMajor: random.boolean(),
      ...{ steps: random.integer(1, 4), batch: random.integer(1, 3) },
      ...{ depth: random.integer(1, 9), hidden: random.integer(1, 7) },
    },
    random.pick([0.1, 1, 10]),
  )
