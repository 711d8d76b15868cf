// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { fuseDivision } from './fuse-division.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

const reciprocal = `
  input q: int8[4]
  input r: int8[4]
  d: float32[4] = DequantizeLinear(q, float32 0.02, int8 3)
  e: float32[4] = DequantizeLinear(r, float32 0.027, int8 30)
  u: float32[4] = Div(float32 1, d)
  y: float32[4] = Mul(u, e)
  output y`

it('divides instead of multiplying by a reciprocal', async () => {
  expect(rewritten(fuseDivision, reciprocal)).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      e = DequantizeLinear(r, float32 0.027, int8 30)
      y = Div(e, d)
      output y`),
  )
  expect(await againstOracle(reciprocal)).toBe('exact')
})

it('leaves a reciprocal that is an output', async () => {
  const text = `${reciprocal}\noutput u`
  expect(rewritten(fuseDivision, text)).toBe(unchanged(text))
  expect(await againstOracle(text)).toBe('exact')
})

it('refuses what the reference does not load: another factor that does nothing', async () => {
  const text = reciprocal
    .replace('Mul(u, e)', 'Mul(u, i)')
    .replace('u: ', 'i: float32[4] = Identity(e)\n  u: ')
  expect(await againstOracle(text)).toBe('refused, by the oracle too')
})
