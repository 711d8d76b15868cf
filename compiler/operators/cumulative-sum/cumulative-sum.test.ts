// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle, int64Input } from '../oracle-bench.js'
import { Random } from '../random.js'
import { referenceTypes } from '../reference-types.js'
import { randomCase } from './cases.js'

it('is CumSum of the oracle', async () => {
  const random = new Random(2)
  const types = referenceTypes.CumSum!.at(-1)![1]
  const asked = Array.from({ length: 150 }, () => randomCase(random)).filter(({ inputs }) =>
    types.includes(inputs[0]!.type),
  )
  expect(asked.length).toBeGreaterThan(20)
  const found = await differencesFromOracle(asked, ({ attributes: { axis, exclusive, reverse } }) => ({
    operator: 'CumSum',
    inputs: [0, { ...int64Input('axis', [axis]), shape: [] }],
    attributes: { exclusive: Number(exclusive), reverse: Number(reverse) },
  }))
  expect(found).toEqual([])
})
