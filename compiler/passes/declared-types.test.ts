// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { writeModel } from '../../runtime/oracle/write-model.js'
import { parseModel } from '../../test/random/text.js'
import { readOnnx } from '../import/onnx.js'
import { dedent, problemsOf } from './graph-text.fixture.js'
import { inferTypes } from './infer-types.js'

const pooled = `
  input x: int8[1,2,4,4]
  d: float32[1,2,4,4] = DequantizeLinear(x, float32 0.5, int8 0)
  p: float32[1,2,3,3] = MaxPool(d) {kernel_shape=[2,2]}
  y: int8[1,2,3,3] = QuantizeLinear(p, float32 0.5, int8 0)
  output y`

/** Messages of Caplet, and whether the reference loads the model. */
async function judged(text: string, inputShape?: string[]) {
  const model = parseModel(dedent(text))
  const declared = model.inputs.map((input) => ({ ...input, shape: inputShape ?? input.shape }))
  const bytes = writeModel({ ...model, inputs: declared })
  const shapes = new Map(inputShape ? [['x', [1, 2, 4, 4]]] : [])
  const problems = problemsOf(() =>
    inferTypes(
      readOnnx(bytes, () => new Uint8Array(0)),
      shapes,
    ),
  )
  const loads = await openOracle(bytes).then(
    async (oracle) => {
      await oracle.release()
      return true
    },
    () => false,
  )
  return { messages: problems.map(({ message }) => message), loads }
}

it.each([
  ['a dimension of an output', 'y: int8[1,2,3,3]', 'y: int8[1,2,3,4]'],
  ['a rank', 'y: int8[1,2,3,3]', 'y: int8[1,2,9]'],
  ['an element type', 'y: int8[1,2,3,3]', 'y: uint8[1,2,3,3]'],
])('refuses %s that contradicts the nodes, as the reference does', async (_, right, wrong) => {
  expect(await judged(pooled)).toEqual({ messages: [], loads: true })
  const [found, declares] = [right, wrong].map((text) => text.replace(/.: /, '').replace('[', ' ['))
  expect(await judged(pooled.replace(right, wrong))).toEqual({
    messages: [`It gives "y" the type ${found}, but the model declares ${declares}`],
    loads: false,
  })
})

it('lets a shape stand that the reference does not infer: behind a dynamic dimension', async () => {
  const wrong = pooled.replace('y: int8[1,2,3,3]', 'y: int8[1,2,3,4]')
  const open = ['n', '2', 'h', 'w']
  expect(await judged(wrong, open)).toEqual({ messages: [], loads: true })
})
