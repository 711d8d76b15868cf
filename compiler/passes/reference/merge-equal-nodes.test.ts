// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { mergeEqualNodes } from './merge-equal-nodes.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

const twice = (node: string, more = '') => `
  input x: float32[1,4]
  t: float32[1,4] = Tanh(x)
  ${node.replaceAll('$', 'a')}
  ${node.replaceAll('$', 'b')}
  y: float32[1,4] = Sigmoid(a)
  z: float32[1,4] = HardSigmoid(b)
  output y
  output z${more}`

it('computes equal nodes once; small float constants count by value', () => {
  const clip = twice('$: float32[1,4] = Clip(t, float32 0.25)')
  expect(rewritten(mergeEqualNodes, clip)).toBe(
    expected(`
      t = Tanh(x)
      b = Clip(t, float32 0.25)
      y = Sigmoid(b)
      z = HardSigmoid(b)
      output y
      output z`),
  )
})

it('leaves a node that writes an output', () => {
  const clip = twice('$: float32[1,4] = Clip(t, float32 0.25)', '\noutput a\noutput b')
  expect(rewritten(mergeEqualNodes, clip)).toBe(unchanged(clip))
})

// The reference does not share 8-bit constants: a scale may be shared, a zero point is another initializer.
it('leaves Qs whose zero points are initializers of their own', async () => {
  const text = `
    input q: int8[1,4]
    d: float32[1,4] = DequantizeLinear(q, float32 0.02, int8 3)
    w: float32[4,4] = DequantizeLinear(int8[4,4] {1 -20 35 7 99}, float32 0.01, int8 0)
    m: float32[1,4] = MatMul(d, w)
    a: int8[1,4] = QuantizeLinear(m, float32 0.03, int8 5)
    b: int8[1,4] = QuantizeLinear(m, float32 0.03, int8 5)
    output a
    output b`
  expect(rewritten(mergeEqualNodes, text)).toBe(unchanged(text))
  expect(await againstOracle(text)).toBe('refused float-sum MatMul')
})

it('leaves readers of equal DequantizeLinear nodes apart', () => {
  const text = `
    input q: int8[1,4]
    d: float32[1,4] = DequantizeLinear(q, float32 0.02, int8 3)
    e: float32[1,4] = DequantizeLinear(q, float32 0.02, int8 3)
    s: float32[1,4] = Tanh(d)
    t: float32[1,4] = Tanh(e)
    y: float32[1,4] = Sub(s, t)
    output y`
  expect(rewritten(mergeEqualNodes, text)).toBe(unchanged(text))
})
