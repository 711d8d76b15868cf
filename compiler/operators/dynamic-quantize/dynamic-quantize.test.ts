// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it("is the oracle's DynamicQuantizeLinear", async () => {
  const random = new Random(4)
  const list = [...cases(random), ...Array.from({ length: 300 }, () => randomCase(random))]
  expect(
    await differencesFromOracle(list, () => ({ operator: 'DynamicQuantizeLinear', inputs: [0] })),
  ).toEqual([])
})
