// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { againstOracle, rewritten, unchanged } from './pass.fixture.js'
import { reorderNormalizedSums } from './reorder-normalized-sums.js'

const bias = 'float32[8] {0.31 -0.17 0.23 0.41}'

/** a [2,3,8] and b, from quanta, added up to s and normalized. */
const model = (sums: string, attributes = '', shape = '2,3,8') => `
  input p: int8[${shape}]
  input q: int8[${shape}]
  a: float32[${shape}] = DequantizeLinear(p, float32 0.031, int8 3)
  b: float32[${shape}] = DequantizeLinear(q, float32 0.0173, int8 -5)
  ${sums.replaceAll(' =>', `: float32[${shape}] =`)}
  y: float32[${shape}] = LayerNormalization(s, float32[8] {0.5 1 -2 1.25}, float32[8] {0.1 0.2 0})${attributes}
  output y`

describe.each([
  ['the first side', `t => Add(a, ${bias})\n  s => Add(t, b)`],
  ['the second side', `t => Add(a, ${bias})\n  s => Add(b, t)`],
])('a bias on %s', (_, sums) => {
  it('is added last', async () => {
    expect(rewritten(reorderNormalizedSums, model(sums))).toMatch(
      /s\/plain = Add\(a, b\)\ns = Add\(s\/plain, float32\[8\]/,
    )
    expect(await againstOracle(model(sums))).toBe('exact')
  })

  it.each([
    ['a sum that is an output', `${model(sums)}\noutput s`],
    ['a biased tensor that is read elsewhere', `${model(sums)}\noutput t`],
    ['rank 4', model(sums, '', '1,2,3,8')],
    ['a bias in front', model(sums.replace(`a, ${bias}`, `${bias}, a`))],
    ['a bias of the whole shape', model(sums.replace(bias, 'float32[2,3,8] {0.31 -0.17 0.23}'))],
    ['no bias', model(sums.replace(`Add(a, ${bias})`, 'Neg(a)'))],
  ])('stays with %s', async (_, text) => {
    expect(rewritten(reorderNormalizedSums, text)).toBe(unchanged(text))
    expect(await againstOracle(text)).toBe('exact')
  })
})

it('is refused on another axis than the last, where the reference merges', async () => {
  const text = model('s => Add(a, b)', ' {axis=1}').replaceAll('float32[8] {', 'float32[3,8] {')
  expect(await againstOracle(text)).toMatch(/^refused/)
  expect(await againstOracle(`${text}\noutput s`)).toBe('exact')
})
