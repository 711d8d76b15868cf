// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { dropRedundantClamps } from './drop-redundant-clamps.js'
import { againstOracle, rewritten, unchanged } from './pass.fixture.js'

const clamped = (clamp: string, parameters: string) => `
  input x: float32[4]
  input v: float32[4]
  t: float32[4] = Add(x, v)
  c: float32[4] = ${clamp}
  y: int8[4] = QuantizeLinear(c, ${parameters})
  output y`

it.each([
  ['Relu(t)', 'float32 0.5, int8 -128'],
  ['Relu(t)', 'float32[1] {0.5}, int8[1] {-128}'],
  ['Clip(t, float32 0, float32 127.5)', 'float32 0.5, int8 -128'],
  ['Clip(t)', 'float32 0.5, int8 7'],
])('%s in front of Q(%s) changes nothing', async (clamp, parameters) => {
  const text = clamped(clamp, parameters)
  expect(rewritten(dropRedundantClamps, text)).toContain('y = QuantizeLinear(t, ')
  expect(await againstOracle(text)).toBe('exact')
})

it.each([
  ['Relu(t)', 'float32 0.5, int8 -127'],
  ['Clip(t, float32 0, float32 127.25)', 'float32 0.5, int8 -128'],
  ['Clip(t, float32 0.25)', 'float32 0.5, int8 -128'],
  ['Clip(t)', 'float32[1] {0.5}, int8[1] {7}'],
])('%s in front of Q(%s) stays', async (clamp, parameters) => {
  const text = clamped(clamp, parameters)
  expect(rewritten(dropRedundantClamps, text)).toBe(unchanged(text))
  expect(await againstOracle(text)).toBe('exact')
})

it('leaves a Relu that is read elsewhere', () => {
  const text = `${clamped('Relu(t)', 'float32 0.5, int8 -128')}\noutput c`
  expect(rewritten(dropRedundantClamps, text)).toBe(unchanged(text))
})
