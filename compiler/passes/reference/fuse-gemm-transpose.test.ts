// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { fuseGemmTranspose } from './fuse-gemm-transpose.js'
import { againstOracle, rewritten, unchanged } from './pass.fixture.js'

const weight = (shape: string) =>
  `DequantizeLinear(int8[${shape}] {1 -20 35 7 99 -3 4}, float32 0.01, int8 0)`

/** q [2,5] times w [5,3], with a Transpose somewhere. */
const model = (product: string, type = 'int8') => `
  input q: ${type}[2,5]
  d: float32[2,5] = DequantizeLinear(q, float32 0.02, ${type} 3)
  ${product}
  y: ${type}[3,2] = QuantizeLinear(t, float32 0.03, ${type} 5)
  output y`

const behind = `
  w: float32[5,3] = ${weight('5,3')}
  m: float32[2,3] = Gemm(d, w)
  t: float32[3,2] = Transpose(m) {perm=[1,0]}`

const inFront = `
  v: float32[3,5] = ${weight('3,5')}
  w: float32[5,3] = Transpose(v)
  m: float32[2,3] = Gemm(d, w)
  a: float32[2,3] = Neg(m)
  t: float32[3,2] = Transpose(a)`

it('exchanges the sides of a product that is transposed', async () => {
  expect(rewritten(fuseGemmTranspose, model(behind))).toContain('t = Gemm(w, d) {transA=1, transB=1}')
  expect(await againstOracle(model(behind))).toBe('exact')
})

it('takes a transposed side as it is', () => {
  expect(rewritten(fuseGemmTranspose, model(inFront))).toContain('m = Gemm(d, v) {transA=0, transB=1}')
})

it('takes both', async () => {
  const both = inFront.replace(/a: .*\n/, '').replace('Transpose(a)', 'Transpose(m)')
  expect(rewritten(fuseGemmTranspose, model(both))).toContain('t = Gemm(v, d) {transA=0, transB=1}')
  expect(await againstOracle(model(both))).toBe('exact')
})

it('leaves float what the reference does: a weight of int8 on the left of uint8', async () => {
  expect(await againstOracle(model(behind, 'uint8'))).toBe('refused float-sum Gemm')
})

it.each([
  ['a bias', model(behind.replace('Gemm(d, w)', 'Gemm(d, w, float32[3] {0.5 -1 2})'))],
  ['a product that is an output', `${model(behind)}\noutput m`],
  ['a product with two readers', model(`${behind}\n  r: float32[2,3] = Relu(m)`)],
  ['a permutation that moves nothing', model(behind.replace('[1,0]', '[0,1]')).replaceAll('[3,2]', '[2,3]')],
])('leaves %s', (_, text) => {
  expect(rewritten(fuseGemmTranspose, text)).toBe(unchanged(text))
})

it('leaves a Transpose in front that something else reads', () => {
  const text = model(`${inFront}\n  n: float32[5,3] = Neg(w)`).replace('output y', 'output y\noutput n')
  expect(rewritten(fuseGemmTranspose, text)).toContain('m = Gemm(d, w)')
})

it('leaves a product in operator set 10, which has none without a bias', () => {
  const text = `opset 10, IR 8\n${model(behind)}`
  expect(rewritten(fuseGemmTranspose, text)).toBe(unchanged(text))
})
