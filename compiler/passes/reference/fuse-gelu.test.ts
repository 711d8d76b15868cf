// SPDX-License-Identifier: Apache-2.0
// A Gelu written out, as exporters of older operator sets give it: the last bits of a float output show what the reference runs.
import { describe, expect, it } from 'vitest'
import { fuseGelu } from './fuse-gelu.js'
import { againstOracle, rewritten, unchanged } from './pass.fixture.js'

const shape = 'float32[1,4,64]'
const model = (lines: readonly string[], opset = 17, input = 'Neg(d)') => `
  opset ${opset}, IR 8
  input q: int8[1,4,64]
  d: ${shape} = DequantizeLinear(q, float32 0.0231, int8 3)
  x: ${shape} = ${input}
  ${lines.map((line) => line.replace(' =', `: ${shape} =`)).join('\n  ')}
  output y`

const erf = ['a = Div(x, float32 1.4142135)', 'e = Erf(a)', 'c = Add(e, float32 1)']
const halfLast = [...erf, 'm = Mul(x, c)', 'y = Mul(m, float32 0.5)']
const halfFirst = [...erf, 'm = Mul(float32[1] {0.5}, x)', 'y = Mul(c, m)']

describe.each([
  ['half of the product', halfLast],
  ['a product of the half', halfFirst],
])('%s', (_, lines) => {
  it('becomes one operator', () => {
    expect(rewritten(fuseGelu, model(lines))).toContain('y = com.microsoft.Gelu(x)')
    expect(rewritten(fuseGelu, model(lines, 20))).toContain('y = Gelu(x)')
  })

  it.each([17, 20])('is exact in operator set %s', async (opset) => {
    expect(await againstOracle(model(lines, opset))).toBe('exact')
    expect(await againstOracle(model(lines, opset, 'Add(d, float32[64] {0.1 -0.2 0.3})'))).toBe('exact')
    expect(await againstOracle(model(lines, opset, 'Identity(d)'))).toBe('exact')
  })
})

const changed = (from: string, to: string) => halfLast.map((line) => line.replace(from, to))

it.each([
  ['another root', changed('1.4142135', '1.41423')],
  ['a constant of rank 2', changed('float32 1)', 'float32[1,1] {1})')],
  ['another sum', changed('float32 1)', 'float32 1.1)')],
  [
    'a multiplication by the root of a half',
    changed('Div(x, float32 1.4142135)', 'Mul(x, float32 0.70710677)'),
  ],
  ['half of the sum', [...erf, 'm = Mul(c, float32 0.5)', 'y = Mul(x, m)']],
  ['another factor', changed('Mul(x, c)', 'Mul(d, c)')],
  ['a sum that something else reads', [...halfLast, 'n = Neg(c)']],
])('leaves %s', async (_, lines) => {
  expect(rewritten(fuseGelu, model(lines))).toBe(unchanged(model(lines)))
  expect(await againstOracle(model(lines))).toBe('exact')
})

it('leaves one of a product, whose half the reference looks for', async () => {
  const text = model(halfLast, 17, 'Mul(d, float32 0.5)')
  expect(rewritten(fuseGelu, text)).toBe(unchanged(text))
  expect(await againstOracle(text)).toBe('exact')
})

it('refuses a Gelu by tanh of which the reference loses an output, and one of a scalar', async () => {
  const steps = [
    ...[
      'a = Mul(x, float32 0.044715)',
      'b = Mul(a, x)',
      'c = Add(b, float32 1)',
      'h = Mul(x, float32 0.7978846)',
    ],
    ...['e = Mul(h, c)', 'f = Tanh(e)', 'g = Add(f, float32 1)', 'i = Mul(x, float32 0.5)', 'y = Mul(i, g)'],
  ]
  expect(await againstOracle(model(steps))).toBe('exact')
  expect(await againstOracle(`${model(steps)}\noutput a`)).toBe('refused reference-refuses Mul')
  expect(await againstOracle(`${model(steps)}\noutput b`)).toBe('exact')
  const scalar = `${model(steps)}\noutput b`.replaceAll('[1,4,64]', '[]').replace('output b', '')
  expect(await againstOracle(scalar)).toBe('refused reference-refuses Mul')
})

it('leaves one of which a part is an output', async () => {
  const text = `${model(halfLast)}\noutput e`
  expect(rewritten(fuseGelu, text)).toBe(unchanged(text))
  expect(await againstOracle(text)).toBe('exact')
})
