// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'
import { propagateQuantization } from './propagate-quantization.js'

describe('backward', () => {
  const text = `
    input x: float32[2,3]
    input v: float32[2,3]
    t: float32[2,3] = Add(x, v)
    r: float32[6] = Reshape(t, int64[1] {6})
    s: float32[6,1] = Unsqueeze(r, int64[1] {1})
    y: int8[6,1] = QuantizeLinear(s, float32 0.02, int8 3)
    output y`
  it('carries a Q past operators that move elements', async () => {
    expect(rewritten(propagateQuantization, text)).toBe(
      expected(`
        t = Add(x, v)
        t/quantized = QuantizeLinear(t, float32 0.02, int8 3)
        t/dequantized = DequantizeLinear(t/quantized, float32 0.02, int8 3)
        r = Reshape(t/dequantized, int64[1] {6})
        r/quantized = QuantizeLinear(r, float32 0.02, int8 3)
        r/dequantized = DequantizeLinear(r/quantized, float32 0.02, int8 3)
        s = Unsqueeze(r/dequantized, int64[1] {1})
        y = QuantizeLinear(s, float32 0.02, int8 3)
        output y`),
    )
    expect(await againstOracle(text)).toBe('exact')
  })

  it.each([
    [
      'a tensor that is read elsewhere',
      text.replace('s:', 'z: float32[6] = Sigmoid(r)\n s:').concat('\noutput z'),
    ],
    ['an output on the way', `${text}\noutput r`],
    [
      'a scale per channel',
      text.replace('float32 0.02, int8 3)', 'float32[6] {0.02 0.03}, int8[6] {3}) {axis=0}'),
    ],
  ])('leaves %s', (_, changed) => {
    expect(rewritten(propagateQuantization, changed)).toBe(unchanged(changed))
  })
})

describe('forward', () => {
  const text = (end: string) => `
    input q: int8[1,2,4]
    d: float32[1,2,4] = DequantizeLinear(q, float32 0.02, int8 3)
    m: float32[1,2,3] = MaxPool(d) {kernel_shape=[2]}
    y: float32[1,2,3] = Softmax(m)
    ${end}`
  it('carries a DequantizeLinear to all readers and to the output', async () => {
    const both = text('z: float32[1,2,3] = Add(m, m)\n output y\n output z\n output m')
    expect(rewritten(propagateQuantization, both)).toBe(
      expected(`
        d = DequantizeLinear(q, float32 0.02, int8 3)
        m/written = MaxPool(d) {kernel_shape=[2]}
        m/quantized = QuantizeLinear(m/written, float32 0.02, int8 3)
        m/dequantized = DequantizeLinear(m/quantized, float32 0.02, int8 3)
        y = Softmax(m/dequantized)
        m/dequantized.2 = DequantizeLinear(m/quantized, float32 0.02, int8 3)
        m/dequantized.3 = DequantizeLinear(m/quantized, float32 0.02, int8 3)
        z = Add(m/dequantized.2, m/dequantized.3)
        m = DequantizeLinear(m/quantized, float32 0.02, int8 3)
        output y
        output z
        output m`),
    )
    expect(await againstOracle(both)).toBe('exact')
  })

  it('leaves what a Q reads, with all its readers', async () => {
    const quantized = text('z: int8[1,2,3] = QuantizeLinear(m, float32 0.03, int8 1)\n output y\n output z')
    expect(rewritten(propagateQuantization, quantized)).toBe(unchanged(quantized))
    expect(await againstOracle(quantized)).toBe('exact')
  })

  it('makes uint8 of int8 without a zero point, as the reference does', async () => {
    const signless = text('output y').replace(', int8 3)', ')')
    expect(rewritten(propagateQuantization, signless)).toContain(
      'm/quantized = QuantizeLinear(m, float32 0.02)\n',
    )
    expect(await againstOracle(signless)).toBe('exact')
  })
})
