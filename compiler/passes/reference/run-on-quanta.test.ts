// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { againstOracle, expected, rewritten, unchanged } from './pass.fixture.js'
import { runOnQuanta } from './run-on-quanta.js'

const wrapped = (node: string, shape: string, q = 'float32 0.02, int8 3') => `
  input q: int8[1,2,4]
  d: float32[1,2,4] = DequantizeLinear(q, float32 0.02, int8 3)
  n: float32[${shape}] = ${node}
  y: int8[${shape}] = QuantizeLinear(n, ${q})
  output y`

it.each([
  ['MaxPool', 'MaxPool($) {kernel_shape=[2]}', '1,2,3'],
  ['Reshape', 'Reshape($, int64[2] {2 4})', '2,4'],
  ['Flatten', 'Flatten($)', '1,8'],
  ['Squeeze', 'Squeeze($, int64[1] {0})', '2,4'],
  ['Unsqueeze', 'Unsqueeze($, int64[1] {0})', '1,1,2,4'],
  ['Transpose', 'Transpose($) {perm=[2,1,0]}', '4,2,1'],
  ['Slice', 'Slice($, int64[1] {1}, int64[1] {3}, int64[1] {2})', '1,2,2'],
])('%s takes the quanta', async (_, node, shape) => {
  const text = wrapped(node.replace('$', 'd'), shape)
  expect(rewritten(runOnQuanta, text)).toBe(expected(`y = ${node.replace('$', 'q')}\noutput y`))
  expect(await againstOracle(text)).toBe('exact')
})

it.each([
  ['another scale', wrapped('MaxPool(d) {kernel_shape=[2]}', '1,2,3', 'float32 0.03, int8 3')],
  [
    'a zero point that is left out',
    wrapped('MaxPool(d) {kernel_shape=[2]}', '1,2,3').replace(
      '(q, float32 0.02, int8 3)',
      '(q, float32 0.02)',
    ),
  ],
  ['a float result that is an output', `${wrapped('MaxPool(d) {kernel_shape=[2]}', '1,2,3')}\noutput n`],
  ['a function', wrapped('Tanh(d)', '1,2,4')],
])('leaves %s', (_, text) => {
  expect(rewritten(runOnQuanta, text)).toBe(unchanged(text))
})
