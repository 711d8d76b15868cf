// SPDX-License-Identifier: Apache-2.0
// Float Softmax and LogSoftmax against the oracle, of float32 rows and of quanta.
import { expect, it } from 'vitest'
import { normalizedGraph } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('gives the bits of the oracle', async () => {
  const random = new Random(4)
  const generated = Array.from({ length: 300 }, () => randomCase(random))
  const floats = [...cases(random), ...generated].filter(
    ({ attributes }) => attributes.inputValues === null && attributes.output === null,
  )
  expect(floats.filter(({ attributes }) => attributes.isLog).length).toBeGreaterThan(10)
  const found = await differencesFromOracle(floats, ({ attributes: { axis, rowIsTail, isLog } }) => ({
    operator: isLog ? 'LogSoftmax' : 'Softmax',
    opset: rowIsTail ? 11 : 13,
    inputs: [0],
    attributes: { axis },
  }))
  expect(found).toEqual([])
})

it('LogSoftmax of quanta is one node, and exact', async () => {
  const text = `
    input a: int8[1,3,8]
    d: float32[1,3,8] = DequantizeLinear(a, float32 0.05, int8 3)
    r: float32[1,3,8] = LogSoftmax(d)
    y: int8[1,3,8] = QuantizeLinear(r, float32 0.03, int8 100)
    output y`
  expect(normalizedGraph(text).nodes.map(({ operator }) => operator)).toEqual(['float_softmax'])
  expect(await againstOracle(text)).toBe('exact')
})
