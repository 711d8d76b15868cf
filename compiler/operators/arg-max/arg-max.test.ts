// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
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

it('is refused where the function in front of it may give NaN', () => {
  const text = (exponent: string) => `
    input a: int8[1,4]
    d: float32[1,4] = DequantizeLinear(a, float32 0.03, int8 3)
    p: float32[1,4] = Pow(d, float32 ${exponent})
    r: int64[1,1] = ArgMax(p) {axis=1}
    output r`
  expect(refusals(() => normalizedGraph(text('2')))).toEqual([])
  expect(refusals(() => normalizedGraph(text('1.7')))).toEqual(['float-function node_2'])
})
