// SPDX-License-Identifier: Apache-2.0
// The elementary functions as whole models, on quanta and as float outputs, against the oracle.
import { describe, expect, it } from 'vitest'
import { nodesOf, normalizedGraph } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { elementary } from './elementary.js'

const opsets: Record<string, number> = { Mish: 18, Gelu: 20 }

const model = (operator: string, last: string) => `
  opset ${opsets[operator] ?? 17}
  input a: int8[1,2,40]
  d: float32[1,2,40] = DequantizeLinear(a, float32 0.03, int8 3)
  r: float32[1,2,40] = ${operator}(d)
  ${last}`

describe.each(elementary.map(({ name }) => name))('%s', (operator) => {
  it('of quanta is one table, and exact', async () => {
    const text = model(operator, 'y: int8[1,2,40] = QuantizeLinear(r, float32 0.02, int8 5)\n output y')
    expect(nodesOf(normalizedGraph(text))).toMatch(/^table [^\n]*$/)
    expect(await againstOracle(text)).toBe('exact')
  })

  it('as a float output is exact', async () => {
    expect(await againstOracle(model(operator, 'output r'))).toBe('exact')
  })
})
