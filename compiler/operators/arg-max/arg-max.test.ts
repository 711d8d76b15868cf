// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('is ArgMax of the oracle', async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 60 }, () => randomCase(random))
  const found = await differencesFromOracle(
    [...cases(random), ...generated],
    ({ attributes, inputs, outputs }) => ({
      operator: 'ArgMax',
      inputs: [0],
      attributes: {
        axis: attributes.axis,
        select_last_index: Number(attributes.selectLast),
        keepdims: Number(inputs[0]!.shape.length === outputs[0]!.shape.length),
      },
    }),
  )
  expect(found).toEqual([])
})

it('is ArgMin of the oracle where the order of the quanta is turned around', async () => {
  const random = new Random(3)
  const quantized = ['int8', 'uint8']
  const generated = Array.from({ length: 40 }, () => randomCase(random)).filter(({ inputs }) =>
    quantized.includes(inputs[0]!.type),
  )
  for (const { attributes, inputs, outputs } of generated) {
    const [{ type, shape }] = [inputs[0]!]
    const keepdims = Number(shape.length === outputs[0]!.shape.length)
    const node = (x: string) =>
      `y: int64[${outputs[0]!.shape}] = ArgMin(${x}) {axis=${attributes.axis}, keepdims=${keepdims}, select_last_index=${Number(attributes.selectLast)}}`
    const coarse = `d: float32[${shape}] = DequantizeLinear(q, float32 0.1, ${type} 0)
      t: float32[${shape}] = Tanh(d)`
    for (const body of [node('q'), `${coarse}\n${node('t')}`]) {
      const text = `input q: ${type}[${shape}]\n${body}\noutput y`
      expect(await againstOracle(text), text).toBe('exact')
    }
  }
})

it('is refused where the function in front of it may give NaN', () => {
  const text = (exponent: string) => `
    input a: int8[1,4]
    d: float32[1,4] = DequantizeLinear(a, float32 0.03, int8 3)
    p: float32[1,4] = Pow(d, float32 ${exponent})
    r: int64[1,1] = ArgMax(p) {axis=1}
    output r`
  expect(refusals(() => normalizedGraph(text('2')))).toEqual([])
  expect(refusals(() => normalizedGraph(text('1.7')))).toEqual(['float-function node_2'])
})
