// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { againstOracle } from '../../passes/reference/pass.fixture.js'

// The reference multiplies where it takes one exponent for a run of bases, else asks the C library: other bits for cubes.
it.each([
  ['8', 'float32 3'],
  ['2,4,1,1', 'float32 3'],
  ['2,4,1,1', 'float32[1] {3}'],
  ['2,4,1,1', 'float32[1,1,1,1] {3}'],
  ['2,4,1', 'float32[1,1] {3}'],
  ['1', 'float32 3'],
  ['2,4', 'float32[2,1] {3 2}'],
  ['2,4', 'float32[4] {2 3 2 3}'],
  ['2,4,1', 'float32[4,1] {2 3 2 3}'],
  ['2,4,3', 'float32[4,1] {2 3 3 2.5}'],
])('a power of [%s] with the exponent %s', async (shape, exponent) => {
  const text = `
    input x: int8[${shape}]
    d: float32[${shape}] = DequantizeLinear(x, float32 0.010417934507131577, int8 56)
    y: float32[${shape}] = Pow(d, ${exponent})
    output y`
  expect(await againstOracle(text)).toBe('exact')
})
