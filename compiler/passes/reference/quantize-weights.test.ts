// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { againstOracle, refusal, rewritten, unchanged } from './pass.fixture.js'
import { quantizeWeights } from './quantize-weights.js'

const perChannel =
  'DequantizeLinear(int8[2,1,2] {1 -20 35 7}, float32[2] {0.25 0.125}, int8[2] {0 0}) {axis=0}'
const convolution = (parts: Partial<Record<'scale' | 'weight' | 'bias' | 'end', string>>) => {
  const all = {
    scale: 'float32 0.5, int8 3',
    weight: `w: float32[2,1,2] = ${perChannel}\n`,
    bias: ', float32[2] {1.25 -0.40625}',
    end: '',
    ...parts,
  }
  return `
    input q: int8[1,1,4]
    d: float32[1,1,4] = DequantizeLinear(q, ${all.scale})
    ${all.weight}
    c: float32[1,2,3] = Conv(d, ${all.weight === '' ? 'float32[2,1,2] {0.5 -2 2.25 1}' : 'w'}${all.bias})
    r: float32[1,2,3] = Relu(c)
    y: int8[1,2,3] = QuantizeLinear(r, float32 0.25, int8 -128)
    output y
    ${all.end}`
}

// 1.25 / (0.5 * 0.25) = 10; -0.40625 / (0.5 * 0.125) = -6.5, to the even -6.
it('quantizes a float bias with the scales of input and weight', async () => {
  const text = rewritten(quantizeWeights, convolution({}))
  expect(text).toContain('= DequantizeLinear(int32[2] {10 -6}, float32[2] {0.125 0.0625}) {axis=0}')
  expect(await againstOracle(convolution({}))).toBe('exact')
})

// Range -2..2.25: scale 4.25 / 255 = 1 / 60, zero point rne(-128 + 120) = -8; 0.5 -> 22, -2 -> -128, 2.25 -> 127, 1 -> 52.
it('quantizes float weights to int8 over their range, and the bias with that scale', async () => {
  const text = rewritten(quantizeWeights, convolution({ weight: '' }))
  expect(text).toContain('= DequantizeLinear(int8[2,1,2] {22 -128 127 52}, float32 0.016666668, int8 -8)')
  expect(text).toContain('= DequantizeLinear(int32[2] {150 -49}, float32 0.008333334)')
  expect(await againstOracle(convolution({ weight: '' }))).toBe('exact')
})

it.each([
  ['quantized weights without a float bias', convolution({ bias: '' })],
  ['a result that is read twice', convolution({ end: 'z: float32[1,2,3] = Tanh(c)\noutput z' })],
  [
    'scales of the weight along another axis',
    convolution({ weight: `w: float32[2,1,2] = ${perChannel.replace('axis=0', 'axis=2')}\n` }),
  ],
])('leaves %s', (_, text) => {
  expect(rewritten(quantizeWeights, text)).toBe(unchanged(text))
})

it('refuses an input scale of shape [1] with a weight scale of shape [], which the reference cannot load', async () => {
  const text = convolution({ scale: 'float32[1] {0.5}, int8[1] {3}', weight: '' })
  expect(refusal(quantizeWeights, text)).toBe('reference-refuses')
  expect(await againstOracle(text)).toBe('refused, by the oracle too')
})
