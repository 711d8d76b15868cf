// SPDX-License-Identifier: Apache-2.0
// TopK against the oracle: quanta with many equal ones, by rows and by columns.
import { expect, it } from 'vitest'
import { normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'

const model = (attributes: string, output: string, count: number) => `
  input a: int8[3,4,9]
  s: float32[3,4,9] = DequantizeLinear(a, float32 0.03, int8 3)
  t: int8[3,4,9] = QuantizeLinear(s, float32 1.5, int8 0)
  d: float32[3,4,9] = DequantizeLinear(t, float32 1.5, int8 0)
  r: float32[${output}], i: int64[${output}] = TopK(d, int64[1] {${count}}) {${attributes}}
  y: int8[${output}] = QuantizeLinear(r, float32 1.5, int8 0)
  output y
  output i`

it.each([
  ['axis=-1', '3,4,4', 4],
  ['axis=2, largest=0', '3,4,9', 9],
  ['axis=1', '3,1,9', 1],
  ['axis=0, largest=0', '2,4,9', 2],
])('%s of quanta is exact', async (attributes, output, count) => {
  const text = model(attributes, output, count)
  const operators = normalizedGraph(text).nodes.map(({ operator }) => operator)
  expect(operators.filter((name) => name === 'top_k')).toHaveLength(2)
  expect(await againstOracle(text)).toBe('exact')
})

it('values that do not rise with the quantum are refused', () => {
  const text = model('axis=2', '3,4,2', 2)
    .replace('TopK(d', 'TopK(n')
    .replace('r:', 'n: float32[3,4,9] = Neg(d)\n r:')
  expect(refusals(() => normalizedGraph(text))).toEqual(['float-function node_4'])
})
