// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { expected, rewritten, unchanged } from './pass.fixture.js'
import { separateDequantize } from './separate-dequantize.js'

const shared = `
  input q: int8[4]
  d: float32[4] = DequantizeLinear(q, float32 0.02, int8 3)
  y: float32[4] = Tanh(d)
  z: float32[4] = Add(d, d)
  output y
  output z`

it('gives every reader a DequantizeLinear of its own', () => {
  expect(rewritten(separateDequantize, shared)).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      y = Tanh(d)
      d.2 = DequantizeLinear(q, float32 0.02, int8 3)
      d.3 = DequantizeLinear(q, float32 0.02, int8 3)
      z = Add(d.2, d.3)
      output y
      output z`),
  )
})

it('keeps one that writes an output for the output alone', () => {
  const text = `
    input q: int8[4]
    d: float32[4] = DequantizeLinear(q, float32 0.02, int8 3)
    y: float32[4] = Tanh(d)
    output d
    output y`
  expect(rewritten(separateDequantize, text)).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      d.2 = DequantizeLinear(q, float32 0.02, int8 3)
      y = Tanh(d.2)
      output d
      output y`),
  )
})

it('leaves one with a single reader', () => {
  const text = shared.replace('z: float32[4] = Add(d, d)\n', '').replace('output z', '')
  expect(rewritten(separateDequantize, text)).toBe(unchanged(text))
})
