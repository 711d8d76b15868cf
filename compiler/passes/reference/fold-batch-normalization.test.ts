// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { foldBatchNormalization } from './fold-batch-normalization.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

const normalized = (bias: string, weight = 'float32[2,1,1] {0.5 -2}') => `
  input q: int8[1,1,4]
  d: float32[1,1,4] = DequantizeLinear(q, float32 0.5, int8 3)
  w: float32[2,1,1] = DequantizeLinear(int8[2,1,1] {50 -20}, float32 0.01, int8 0)
  c: float32[1,2,4] = Conv(d, ${weight}${bias})
  n: float32[1,2,4] = BatchNormalization(c, float32[2] {2 3}, float32[2] {1 -1}, float32[2] {0.5 0.25}, float32[2] {0.25 4}) {epsilon=float 0}
  y: int8[1,2,4] = QuantizeLinear(n, float32 0.25, int8 10)
  output y`

// k = 2 / sqrt(0.25) = 4 and 3 / sqrt(4) = 1.5; without a bias 1 - 0.5 * 4 = -1 and -1 - 0.25 * 1.5 = -1.375.
it('goes into the weights and the bias', async () => {
  expect(rewritten(foldBatchNormalization, normalized(''))).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.5, int8 3)
      n = Conv(d, float32[2,1,1] {2 -3}, float32[2] {-1 -1.375})
      y = QuantizeLinear(n, float32 0.25, int8 10)
      output y`),
  )
  expect(await againstOracle(normalized(''))).toBe('exact')
})

// (1.5 - 0.5) * 4 + 1 = 5; (0.75 - 0.25) * 1.5 - 1 = -0.25.
it('takes the bias along', async () => {
  const text = normalized(', float32[2] {1.5 0.75}')
  expect(rewritten(foldBatchNormalization, text)).toContain(
    'n = Conv(d, float32[2,1,1] {2 -3}, float32[2] {5 -0.25})',
  )
  expect(await againstOracle(text)).toBe('exact')
})

it('leaves quantized weights, and a convolution that is an output', () => {
  for (const text of [normalized('', 'w'), `${normalized('')}\noutput c`]) {
    expect(rewritten(foldBatchNormalization, text)).toBe(unchanged(text))
  }
})
