// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { mergeReshapes } from './merge-reshapes.js'
import { againstOracle, rewritten, unchanged } from './pass.fixture.js'

/** An int8 tensor without a zero point, whose quantization the reference carries on as uint8. */
const model = (reshapes: string, outputs = 'output y') => `
  opset 17, IR 8
  input x: float32[1,4,6]
  a: int8[1,4,6] = QuantizeLinear(x, float32 0.04, int8 0)
  d: float32[1,4,6] = DequantizeLinear(a, float32 0.04)
  ${reshapes}
  y: int8[2,12] = QuantizeLinear(r, float32 0.03, int8 0)
  output r
  ${outputs}`

const three = `
  p: float32[1,2,12] = Reshape(d, int64[3] {0 2 -1})
  s: float32[2,12] = Squeeze(p, int64[1] {0})
  r: float32[2,12] = Reshape(s, int64[2] {2 12})`

it('makes one of a Reshape and those behind it', async () => {
  expect(rewritten(mergeReshapes, model(three))).toContain('r = Reshape(d, int64[2] {2 12})')
  expect(await againstOracle(model(three))).toBe('exact')
})

const inner = `
  r: float32[2,12] = Reshape(d, int64[2] {2 12})
  p: float32[24] = Reshape(r, int64[1] {24})`

it.each([
  ['one that is an output', model(inner, 'output p')],
  [
    'a Squeeze in front',
    model(`
    p: float32[4,6] = Squeeze(d, int64[1] {0})
    r: float32[2,12] = Reshape(p, int64[2] {2 12})`),
  ],
  [
    'what follows a Flatten',
    model(`
    p: float32[4,6] = Flatten(d) {axis=2}
    r: float32[2,12] = Reshape(p, int64[2] {2 12})`),
  ],
])('leaves %s', (_, text) => {
  expect(rewritten(mergeReshapes, text)).toBe(unchanged(text))
})
