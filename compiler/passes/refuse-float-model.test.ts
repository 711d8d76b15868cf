// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { refusals, sourceOf } from './graph-text.fixture.js'
import { refuseFloatModel } from './refuse-float-model.js'

const float = `
  input x: float32[1,2]
  h: float32[1,2] = MatMul(x, float32[2,2] {1 2 3 4})
  y: float32[1,2] = Relu(h)
  output y`

it('refuses sums of products in a model without anything quantized', () => {
  expect(refusals(() => refuseFloatModel(sourceOf(float)))).toEqual(['float-model node_0'])
})

it.each([
  ['a Q somewhere', float.replace('output', 'q: int8[1,2] = QuantizeLinear(y, float32 0.5, int8 0)\noutput')],
  ['functions and copies alone', float.replace('MatMul(x, float32[2,2] {1 2 3 4})', 'Sigmoid(x)')],
])('passes a model with %s', (_, text) => {
  expect(refusals(() => refuseFloatModel(sourceOf(text)))).toEqual([])
})
