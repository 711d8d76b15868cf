// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('is MaxPool of the oracle', async () => {
  const random = new Random(2)
  const all = Array.from({ length: 300 }, () => randomCase(random))
  // int16 is TensorFlow Lite's: ONNX has no such pool.
  const generated = all.filter(({ inputs }) => inputs[0]!.type !== 'int16')
  const found = await differencesFromOracle([...cases(random), ...generated], ({ attributes }) => ({
    operator: 'MaxPool',
    inputs: [0],
    attributes: {
      kernel_shape: attributes.kernel,
      strides: attributes.strides,
      pads: attributes.pads,
      dilations: attributes.dilations,
      ceil_mode: Number(attributes.ceilMode),
    },
  }))
  expect(found).toEqual([])
})
