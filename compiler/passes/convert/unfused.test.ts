// SPDX-License-Identifier: Apache-2.0
// Why a sum stays in float: each cause has its own words.
import { expect, it } from 'vitest'
import { normalizedGraph, problemsOf } from '../graph-text.fixture.js'

const parts = {
  input: 'd: float32[1,1,4] = DequantizeLinear(q, float32 0.5, int8 0)',
  weight: 'w: float32[2,1,2] = DequantizeLinear(int8[2,1,2] {1 -20 35 7}, float32 0.25, int8 0)',
  sum: 'c: float32[1,2,3] = Conv(d, w)',
  end: 'y: int8[1,2,3] = QuantizeLinear(c, float32 0.5, int8 3)\noutput y',
}
const model = (changed: Partial<typeof parts>) =>
  `input q: int8[1,1,4]\n${Object.values({ ...parts, ...changed }).join('\n')}`

it('is exact as it stands', () => {
  expect(normalizedGraph(model({})).nodes.map(({ operator }) => operator)).toEqual(['convolution'])
})

it.each([
  [
    'a float input',
    { input: 'z: float32[1,1,4] = DequantizeLinear(q, float32 0.5, int8 0)\nd: float32[1,1,4] = Tanh(z)' },
    '"d" is not quantized',
  ],
  ['a float output', { end: 'output c' }, 'its result is a float output of the model'],
  [
    'a clamp that narrows the range',
    { end: 'r: float32[1,2,3] = Relu(c)\ny: int8[1,2,3] = QuantizeLinear(r, float32 0.5, int8 3)\noutput y' },
    'cannot fold the Relu behind it',
  ],
  [
    'a function in front of Q',
    { end: 'r: float32[1,2,3] = Tanh(c)\ny: int8[1,2,3] = QuantizeLinear(r, float32 0.5, int8 3)\noutput y' },
    'its result goes to Tanh without being quantized',
  ],
  [
    'another type of output',
    { end: 'y: uint8[1,2,3] = QuantizeLinear(c, float32 0.5, uint8 3)\noutput y' },
    'no integer kernel for its combination',
  ],
])('tells of %s', (_, changed, tells) => {
  const [problem, ...rest] = problemsOf(() => normalizedGraph(model(changed)))
  expect(rest).toEqual([])
  expect(problem).toMatchObject({ code: 'float-sum', operator: 'Conv' })
  expect(problem!.message).toContain(tells)
  expect(problem!.remedy).toMatch(/\w+ \w+/)
})
