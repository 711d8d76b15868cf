// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { againstOracle, expected, refusal, rewritten, unchanged } from './pass.fixture.js'
import { removeDoubleQuantization } from './remove-double-quantization.js'

/** x through two pairs, to `end`. */
const pairs = (second: string, end = 'output y') => `
  input x: float32[4]
  a: int8[4] = QuantizeLinear(x, float32 0.02, int8 0)
  b: float32[4] = DequantizeLinear(a, float32 0.02, int8 0)
  c: int8[4] = QuantizeLinear(b, ${second})
  y: float32[4] = DequantizeLinear(c, ${second})
  ${end}`

// Ranges [-2.56, 2.54] and [-3.86, 3.79] have [-2.56, 2.54] in common: 5.1 / 255, zero point -128 + 2.56 / 0.02.
it('merges two pairs into one with the common range', async () => {
  const text = pairs('float32 0.03, int8 1')
  expect(rewritten(removeDoubleQuantization, text)).toBe(
    expected(`
      a = QuantizeLinear(x, float32 0.02, int8 0)
      y = DequantizeLinear(a, float32 0.02, int8 0)
      output y`),
  )
  const overlapping = pairs('float32 0.03, int8 100')
  expect(rewritten(removeDoubleQuantization, overlapping)).toBe(
    expected(`
      a = QuantizeLinear(x, float32 0.013215686, int8 66)
      y = DequantizeLinear(a, float32 0.013215686, int8 66)
      output y`),
  )
  expect(await againstOracle(text)).toBe('exact')
  expect(await againstOracle(overlapping)).toBe('exact')
})

it('merges for every DequantizeLinear behind the second Q', async () => {
  const text = pairs(
    'float32 0.03, int8 100',
    'z: float32[4] = DequantizeLinear(c, float32 0.03, int8 100)\n output y\n output z',
  )
  expect(rewritten(removeDoubleQuantization, text)).toContain(
    'z = DequantizeLinear(a, float32 0.013215686, int8 66)',
  )
  expect(await againstOracle(text)).toBe('exact')
})

it.each([
  ['a Q between that is an output', pairs('float32 0.03, int8 1', 'output y\noutput c')],
  ['a DequantizeLinear between that is an output', pairs('float32 0.03, int8 1', 'output y\noutput b')],
  ['another type', pairs('float32 0.03, uint8 128').replace('c: int8', 'c: uint8')],
  [
    'a first pair without zero point',
    pairs('float32 0.03, int8 1').replace('(a, float32 0.02, int8 0)', '(a, float32 0.02)'),
  ],
])('leaves %s', async (_, text) => {
  expect(rewritten(removeDoubleQuantization, text)).toBe(unchanged(text))
  expect(await againstOracle(text)).toBe('exact')
})

const transposed = (second: string) => `
  input x: float32[2,3]
  a: int8[2,3] = QuantizeLinear(x, float32 0.02, int8 0)
  b: float32[2,3] = DequantizeLinear(a, float32 0.02, int8 0)
  t: float32[3,2] = Transpose(b)
  c: int8[3,2] = QuantizeLinear(t, ${second})
  y: float32[3,2] = DequantizeLinear(c, ${second})
  output y`

it('refuses two parameters around a Transpose, but not one', async () => {
  expect(refusal(removeDoubleQuantization, transposed('float32 0.03, int8 1'))).toBe(
    'inconsistent-quantization',
  )
  expect(refusal(removeDoubleQuantization, transposed('float32 0.02, int8 0'))).toBe('none')
  expect(await againstOracle(transposed('float32 0.02, int8 0'))).toBe('exact')
})

it('refuses them around a Transpose of quanta, too, which the reference moves away as well', () => {
  const text = (second: string) => `
    input x: float32[2,3]
    t: float32[3,2] = Transpose(x)
    a: int8[3,2] = QuantizeLinear(t, float32 0.02, int8 0)
    b: float32[3,2] = DequantizeLinear(a, float32 0.02, int8 0)
    c: int8[3,2] = QuantizeLinear(b, ${second})
    u: int8[2,3] = Transpose(c)
    y: float32[2,3] = DequantizeLinear(u, ${second})
    output y`
  expect(refusal(removeDoubleQuantization, text('float32 0.03, int8 1'))).toBe('inconsistent-quantization')
  expect(refusal(removeDoubleQuantization, text('float32 0.02, int8 0'))).toBe('none')
})
