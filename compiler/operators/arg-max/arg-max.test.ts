// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('is ArgMax of the oracle', async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 60 }, () => randomCase(random))
  const found = await differencesFromOracle(
    [...cases(random), ...generated],
    ({ attributes, inputs, outputs }) => ({
      operator: 'ArgMax',
      inputs: [0],
      attributes: {
        axis: attributes.axis,
        select_last_index: Number(attributes.selectLast),
        keepdims: Number(inputs[0]!.shape.length === outputs[0]!.shape.length),
      },
    }),
  )
  expect(found).toEqual([])
})
