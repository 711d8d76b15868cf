// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('is DepthToSpace of the oracle', async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 60 }, () => randomCase(random))
  const all = [...cases(random), ...generated].filter(({ inputs: [x] }) =>
    ['uint8', 'float32'].includes(x!.type),
  )
  const found = await differencesFromOracle(all, ({ attributes: { blockSize, mode } }) => ({
    operator: 'DepthToSpace',
    inputs: [0],
    attributes: { blocksize: blockSize, mode },
  }))
  expect(found).toEqual([])
})
