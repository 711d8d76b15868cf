// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle, int64Input } from '../oracle-bench.js'
import { Random } from '../random.js'
import { referenceTypes } from '../reference-types.js'
import { randomCase } from './cases.js'

it('is Trilu of the oracle', async () => {
  const random = new Random(2)
  const types = [...referenceTypes.Trilu!.at(-1)![1], 'float32']
  const asked = Array.from({ length: 120 }, () => randomCase(random)).filter(({ inputs }) =>
    types.includes(inputs[0]!.type),
  )
  expect(asked.length).toBeGreaterThan(30)
  const found = await differencesFromOracle(asked, ({ attributes: { upper, diagonal } }) => ({
    operator: 'Trilu',
    inputs: [0, { ...int64Input('k', [diagonal]), shape: [] }],
    attributes: { upper: Number(upper) },
  }))
  expect(found).toEqual([])
})
