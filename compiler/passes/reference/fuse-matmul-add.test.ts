// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { fuseMatMulAdd } from './fuse-matmul-add.js'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'

const product = (shape: string, result: string, add: string, last = 'm') => `
  input q: int8[${shape}]
  d: float32[${shape}] = DequantizeLinear(q, float32 0.02, int8 3)
  w: float32[4,3] = DequantizeLinear(int8[4,3] {1 -20 35 7 99}, float32 0.01, int8 0)
  m: float32[${result}] = MatMul(d, w)
  a: float32[${result}] = ${add}
  y: int8[${result}] = QuantizeLinear(a, float32 0.03, int8 5)
  output y
  # ${last}`

const matrix = product('2,4', '2,3', 'Add(m, float32[3] {0.5 -1 2})').replace(/#.*/, '')
const stack = product('2,1,4', '2,1,3', 'Add(float32[3] {0.5 -1 2}, m)').replace(/#.*/, '')

it('makes a Gemm of a product and its bias', async () => {
  expect(rewritten(fuseMatMulAdd, matrix)).toContain('a = Gemm(d, w, float32[3] {0.5 -1 2})')
  expect(await againstOracle(matrix)).toBe('exact')
})

it('reshapes around the Gemm where the left side is no matrix', async () => {
  expect(rewritten(fuseMatMulAdd, stack)).toBe(
    expected(`
      d = DequantizeLinear(q, float32 0.02, int8 3)
      w = DequantizeLinear(int8[4,3] {1 -20 35 7 99 1 -20 35 7 99 ...}, float32 0.01, int8 0)
      d/matrix = Reshape(d, int64[2] {2 4})
      a/matrix = Gemm(d/matrix, w, float32[3] {0.5 -1 2})
      a = Reshape(a/matrix, int64[3] {2 1 3})
      y = QuantizeLinear(a, float32 0.03, int8 5)
      output y`),
  )
  expect(await againstOracle(stack)).toBe('exact')
})

it.each([
  ['a bias of another shape', matrix.replace('float32[3] {0.5 -1 2}', 'float32[1] {0.5}')],
  ['a bias with rows, of a stack', stack.replace('float32[3] {0.5 -1 2}', 'float32[1,3] {0.5 -1 2}')],
  ['a product that is an output', `${matrix}\noutput m`],
])('leaves %s', (_, text) => {
  expect(rewritten(fuseMatMulAdd, text)).toBe(unchanged(text))
})
