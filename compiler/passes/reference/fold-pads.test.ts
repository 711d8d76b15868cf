// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { foldPads } from './fold-pads.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

const padded = (window: string, value = 'float32 0', pads = '{0 0 1 0 0 0 0 1}') => `
  input q: int8[1,2,4,4]
  d: float32[1,2,4,4] = DequantizeLinear(q, float32 0.02, int8 3)
  p: float32[1,2,5,5] = Pad(d, int64[8] ${pads}, ${value})
  y: float32[1,2,4,4] = ${window}
  output y`

const max = 'MaxPool(p) {kernel_shape=[2,2], pads=[0,0,0,0]}'
const average = 'AveragePool(p) {kernel_shape=[2,2]}'

it('puts zeros into the pads of a pool', async () => {
  expect(rewritten(foldPads, padded(max))).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      y = MaxPool(d) {kernel_shape=[2,2], pads=[1,0,0,1]}
      output y`),
  )
  expect(rewritten(foldPads, padded(average))).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      y = AveragePool(d) {kernel_shape=[2,2], pads=[1,0,0,1], count_include_pad=1}
      output y`),
  )
  expect(await againstOracle(padded(max))).toBe('exact')
  expect(await againstOracle(padded(average))).toBe('exact')
})

it('adds zeros to the pads of a convolution', async () => {
  const text = `
    input q: int8[1,2,6]
    d: float32[1,2,6] = DequantizeLinear(q, float32 0.02, int8 3)
    w: float32[3,2,3] = DequantizeLinear(int8[3,2,3] {1 -20 35 7}, float32 0.01, int8 0)
    p: float32[1,2,8] = Pad(d, int64[6] {0 0 1 0 0 1}, float32 0)
    c: float32[1,3,7] = Conv(p, w) {pads=[1,0]}
    y: int8[1,3,7] = QuantizeLinear(c, float32 0.02, int8 5)
    output y`
  expect(rewritten(foldPads, text)).toContain('c = Conv(d, w) {pads=[2,1]}')
  expect(await againstOracle(text)).toBe('exact')
})

it.each([
  ['another value', padded(max, 'float32 0.5')],
  ['minus zero, which has other bits', padded(max, 'float32 -0')],
  ['padded channels', padded(max, 'float32 0', '{0 1 0 0 0 0 0 0}').replace('[1,2,5,5]', '[1,3,4,4]')],
  ['auto_pad', padded(max.replace('pads=[0,0,0,0]', 'auto_pad="VALID"'))],
  ['pads of an average that are not counted', padded(average.replace('}', ', pads=[0,0,1,0]}'))],
  ['a Pad that is an output', `${padded(max)}\noutput p`],
])('leaves %s', (_, text) => {
  const shape = text.includes('[1,3,4,4]')
    ? '[1,3,3,3]'
    : text.includes('[0,0,1,0]')
      ? '[1,2,5,4]'
      : '[1,2,4,4]'
  const shaped = text.replace('y: float32[1,2,4,4]', `y: float32${shape}`)
  expect(rewritten(foldPads, shaped)).toBe(unchanged(shaped))
})
