// SPDX-License-Identifier: Apache-2.0
// A LayerNormalization written out, as exporters of older operator sets give it, and forms near it: exact, or refused.
import { describe, expect, it } from 'vitest'
import { fuseNormalization } from './fuse-normalization.js'
import { againstOracle, rewritten } from './pass.fixture.js'

const scale = 'float32[8] {0.5 1 -2 1.25}'
const bias = 'float32[8] {0.1 0.2 0}'
const axesOf = (opset: number) => (opset >= 18 ? ['int64[1] {-1}', ''] : ['', ' {axes=[-1]}'])

const lines = (opset: number): string[] => {
  const [input, attribute] = axesOf(opset)
  const mean = (of: string) => `ReduceMean(${of}${input && `, ${input}`})${attribute}`
  return [
    `m: float32[2,3,1] = ${mean('x')}`,
    'd = Sub(x, m)',
    'p = Pow(d, float32 2)',
    `v: float32[2,3,1] = ${mean('p')}`,
    'e: float32[2,3,1] = Add(v, float32 0.001)',
    'r: float32[2,3,1] = Sqrt(e)',
    'q = Div(d, r)',
    `g = Mul(q, ${scale})`,
    `y = Add(g, ${bias})`,
  ]
}

const model = (body: readonly string[], opset = 17, x = 'Neg(c)') => `
  opset ${opset}, IR 8
  input i: int8[2,3,8]
  c: float32[2,3,8] = DequantizeLinear(i, float32 0.031, int8 3)
  x: float32[2,3,8] = ${x}
  ${body.map((line) => line.replace(/^(\w) =/, '$1: float32[2,3,8] =')).join('\n  ')}
  output y`

describe.each([13, 17, 18, 20])('in operator set %s', (opset) => {
  it('becomes one operator, and is exact', async () => {
    const text = model(lines(opset), opset)
    expect(rewritten(fuseNormalization, text)).toContain(`y = LayerNormalization(x, ${scale.slice(0, 10)}`)
    expect(await againstOracle(text)).toBe('exact')
    expect(await againstOracle(text.replace('output y', 'z: float32[2,3,8] = Mul(x, y)\n  output z'))).toBe(
      'exact',
    )
  })

  it.each([
    ['scale first', `Mul(q, ${scale})`, `Mul(${scale}, q)`],
    ['bias first', `Add(g, ${bias})`, `Add(${bias}, g)`],
    ['scale and bias alike', bias, scale],
    ['epsilon first', 'Add(v, float32 0.001)', 'Add(float32 0.001, v)'],
    ['a product for the power', 'Pow(d, float32 2)', 'Mul(d, d)'],
    ['a power of shape [1]', 'Pow(d, float32 2)', 'Pow(d, float32[1] {2})'],
    ['another power', 'Pow(d, float32 2)', 'Pow(d, float32 3)'],
    ['a difference turned round', 'Sub(x, m)', 'Sub(m, x)'],
    ['an epsilon of shape [1]', 'float32 0.001', 'float32[1] {0.001}'],
    ['a scale of rank 3', scale, scale.replace('[8]', '[1,1,8]')],
    ['a scalar bias', bias, 'float32 0.3'],
    ['another axis', '-1', '1'],
    ['a product of the root', 'Div(d, r)', 'Mul(d, r)'],
    ['a variance of something else', 'Pow(d, float32 2)', 'Pow(x, float32 2)'],
  ])('with %s it is exact or refused', async (_, from, to) => {
    const text = model(
      lines(opset).map((line) => line.replace(from, to)),
      opset,
    )
    expect(await againstOracle(text)).toMatch(/^(exact|refused)/)
  })

  it.each(['m', 'd', 'p', 'v', 'e', 'r', 'q', 'g'])(
    'with %s as an output it is exact or refused',
    async (name) => {
      expect(await againstOracle(`${model(lines(opset), opset)}\n  output ${name}`)).toMatch(
        /^(exact|refused)/,
      )
    },
  )

  it('of a tensor from a DequantizeLinear, or behind a sum, it is exact or refused', async () => {
    expect(await againstOracle(model(lines(opset), opset, 'Identity(c)'))).toMatch(/^(exact|refused)/)
    expect(await againstOracle(model(lines(opset), opset, `Add(c, ${bias})`))).toBe('exact')
    expect(await againstOracle(model(lines(opset), opset, 'Add(c, c)'))).toBe('exact')
  })
})
