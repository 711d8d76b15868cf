// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { dropRepeatedQuantization } from './drop-repeated-quantization.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

const repeated = (first: string, second: string, end = '') => `
  input q: int8[4]
  d: float32[4] = DequantizeLinear(q, ${first})
  r: int8[4] = QuantizeLinear(d, ${second})
  y: float32[4] = DequantizeLinear(r, float32 0.03, int8 3)
  output y
  ${end}`

it.each([
  ['float32 0.02, int8 3', 'float32 0.02, int8 3'],
  ['float32 0.02, int8 3', 'float32[1] {0.02}, int8[1] {3}'],
  ['float32 0.02', 'float32 0.02, int8 0'],
])('takes the tensor as it is: %s, %s', async (first, second) => {
  const text = repeated(first, second)
  expect(rewritten(dropRepeatedQuantization, text)).toBe(
    expected('y = DequantizeLinear(q, float32 0.03, int8 3)\noutput y'),
  )
  expect(await againstOracle(text)).toBe('exact')
})

it('leaves one that several read: the two pairs around it are not merged later', async () => {
  const text = `
    input x: float32[8]
    a: int8[8] = QuantizeLinear(x, float32 0.02, int8 0)
    b: float32[8] = DequantizeLinear(a, float32 0.02, int8 0)
    c: int8[8] = QuantizeLinear(b, float32 0.01, int8 0)
    d: float32[8] = DequantizeLinear(c, float32 0.01)
    e: int8[8] = QuantizeLinear(d, float32 0.01, int8 0)
    y: float32[8] = DequantizeLinear(e, float32 0.01, int8 0)
    z: float32[8] = Tanh(y)
    output y
    output z`
  expect(await againstOracle(text)).toBe('exact')
  expect(await againstOracle(text.replace('output y', ''))).toBe('exact')
})

it('leaves other parameters, and outputs', () => {
  const same = 'float32 0.02, int8 3'
  for (const text of [
    repeated(same, 'float32 0.02, int8 4'),
    repeated(same, same, 'output r'),
    repeated(same, same, 'output d'),
  ]) {
    expect(rewritten(dropRepeatedQuantization, text)).toBe(unchanged(text))
  }
})
