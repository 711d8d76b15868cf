// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { eliminateNoOps } from './eliminate-no-ops.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

/** `node` between a dequantized input and a Tanh. */
const between = (node: string) => `
  input q: int8[1,4]
  d: float32[1,4] = DequantizeLinear(q, float32 0.02, int8 3)
  n: float32[1,4] = ${node}
  y: float32[1,4] = Tanh(n)
  output y`

const gone = expected(`
  d = DequantizeLinear(q, float32 0.02, int8 3)
  y = Tanh(d)
  output y`)

it.each([
  'Identity(d)',
  'Dropout(d)',
  'Dropout(d, float32 0.3)',
  'Cast(d) {to=1}',
  'Add(d, float32 0)',
  'Add(float32 0, d)',
  'Sub(d, float32[1] {0})',
  'Mul(d, float32[1,1] {1})',
  'Div(d, float32 1)',
  'Slice(d, int64[1] {0}, int64[1] {9223372036854775807})',
  'Slice(d, int64[1] {0}, int64[1] {9223372036854775807}, int64[1] {1}, int64[1] {1})',
])('removes %s', async (node) => {
  expect(rewritten(eliminateNoOps, between(node))).toBe(gone)
  expect(await againstOracle(between(node))).toBe('exact')
})

it.each([
  'Sub(float32 0, d)',
  'Div(float32 1, d)',
  'Add(d, float32 1)',
  'Mul(d, float32[4] {1 1 1 1})',
  'Slice(d, int64[1] {0}, int64[1] {4}, int64[1] {1})',
])('leaves %s', (node) => {
  expect(rewritten(eliminateNoOps, between(node))).toBe(unchanged(between(node)))
})

describe('at the edges', () => {
  const onInput = (node: string) => `
    input x: float32[1,4]
    n: float32[1,4] = ${node}
    y: float32[1,4] = Tanh(n)
    output y`

  it('removes an Identity behind an input, and leaves what has a constant beside it', () => {
    expect(rewritten(eliminateNoOps, onInput('Identity(x)'))).toBe(expected('y = Tanh(x)\noutput y'))
    expect(rewritten(eliminateNoOps, onInput('Mul(x, float32 1)'))).toBe(
      unchanged(onInput('Mul(x, float32 1)')),
    )
  })

  it('lets the producer write an output for an Identity, if nothing else reads it', () => {
    const only = `
      input x: float32[1,4]
      t: float32[1,4] = Tanh(x)
      y: float32[1,4] = Identity(t)
      output y`
    expect(rewritten(eliminateNoOps, only)).toBe(expected('y = Tanh(x)\noutput y'))
    const shared = `${only}
      z: float32[1,4] = Sigmoid(t)
      output z`
    expect(rewritten(eliminateNoOps, shared)).toBe(unchanged(shared))
    const dropout = only.replace('Identity', 'Dropout')
    expect(rewritten(eliminateNoOps, dropout)).toBe(unchanged(dropout))
  })
})

it('removes an Expand to the same shape, so that the quantizations around it are merged', async () => {
  const text = `
    input a: int8[2,3]
    d: float32[2,3] = DequantizeLinear(a, float32 0.5, int8 0)
    t: float32[2,3] = Tanh(d)
    q: int8[2,3] = QuantizeLinear(t, float32 0.01, int8 1)
    e: float32[2,3] = DequantizeLinear(q, float32 0.01, int8 1)
    x: float32[2,3] = Expand(e, int64[2] {2 1})
    p: int8[2,3] = QuantizeLinear(x, float32 0.004, int8 -128)
    y: float32[2,3] = DequantizeLinear(p, float32 0.004, int8 -128)
    output y`
  expect(rewritten(eliminateNoOps, text)).not.toContain('Expand')
  expect(await againstOracle(text)).toBe('exact')
})
