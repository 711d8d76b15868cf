// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { mergeReluClip } from './merge-relu-clip.js'
import { againstOracle, expected, refusal, rewritten, unchanged } from './pass.fixture.js'

const reluClip = (bounds: string) => `
  input q: int8[4]
  d: float32[4] = DequantizeLinear(q, float32 0.02, int8 3)
  r: float32[4] = Relu(d)
  y: float32[4] = Clip(r${bounds})
  output y`

it.each([
  [', float32 -1, float32 2', ', float32 0, float32 2'],
  [', float32 0.5, float32 2', ', float32 0.5, float32 2'],
  [', _, float32 2', ', float32 0, float32 2'],
])('merges clip(%s) to clip(%s)', async (bounds, merged) => {
  expect(rewritten(mergeReluClip, reluClip(bounds))).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      y = Clip(d${merged})
      output y`),
  )
  expect(await againstOracle(reluClip(bounds))).toBe('exact')
})

it('leaves a Relu that is read elsewhere', () => {
  const text = `${reluClip(', float32 -1')}\noutput r`
  expect(rewritten(mergeReluClip, text)).toBe(unchanged(text))
})

it('refuses integers, as the reference does', async () => {
  const text = `
    input q: int8[4]
    r: int8[4] = Relu(q)
    y: int8[4] = Clip(r, int8 -3, int8 9)
    output y`
  expect(refusal(mergeReluClip, text)).toBe('reference-refuses')
  expect(await againstOracle(text)).toBe('refused, by the oracle too')
})
