// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import { type ModelDescription, writeModel } from '../../../runtime/oracle/write-model.js'
import { compare } from '../../../test/random/compare.js'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { referenceTypes } from '../reference-types.js'
import { cases, randomCase } from './cases.js'

it('is Where of the oracle', async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 120 }, () => randomCase(random))
  const types = [...referenceTypes.Where!.at(-1)![1], 'float32']
  const asked = [...cases(random), ...generated].filter(({ inputs }) => types.includes(inputs[1]!.type))
  expect(asked.length).toBeGreaterThan(40)
  expect(
    await differencesFromOracle(asked, () => ({ operator: 'Where', opset: 18, inputs: [0, 1, 2] })),
  ).toEqual([])
})

it('of int8 is refused, as by the oracle', async () => {
  const edge = (name: string, type: string) => ({ name, type, shape: [3] })
  const model = writeModel({
    nodes: [{ operator: 'Where', inputs: ['c', 'a', 'b'], outputs: ['y'] }],
    inputs: [edge('c', 'bool'), edge('a', 'int8'), edge('b', 'int8')],
    outputs: [edge('y', 'int8')],
  })
  await expect(openOracle(model)).rejects.toThrow(/NOT_IMPLEMENTED|Where/i)
})

/** DQ, DQ -> Where -> Q with scales of their own, `type` for all. */
function quantizedWhere(random: Random, type: 'int8' | 'uint8'): ModelDescription {
  const scale = (name: string) => ({
    name,
    type: 'float32',
    shape: [],
    data: Float32Array.of(random.scale()),
  })
  const zero = (name: string) => ({
    ...{ name, type, shape: [] },
    data: type === 'int8' ? Int8Array.of(random.integer(-128, 127)) : Uint8Array.of(random.integer(0, 255)),
  })
  const dequantize = (name: string) => ({
    operator: 'DequantizeLinear',
    inputs: [name, `${name}_scale`, `${name}_zero`],
    outputs: [`${name}_float`],
  })
  return {
    nodes: [
      ...[dequantize('a'), dequantize('b')],
      { operator: 'Where', inputs: ['c', 'a_float', 'b_float'], outputs: ['y_float'] },
      { operator: 'QuantizeLinear', inputs: ['y_float', 'y_scale', 'y_zero'], outputs: ['y'] },
    ],
    inputs: [
      { name: 'c', type: 'bool', shape: [4, 1] },
      { name: 'a', type, shape: [4, 8] },
      { name: 'b', type, shape: [8] },
    ],
    outputs: [{ name: 'y', type, shape: [4, 8] }],
    initializers: ['a', 'b', 'y'].flatMap((name) => [scale(`${name}_scale`), zero(`${name}_zero`)]),
  }
}

it('between DQ and Q is exact', async () => {
  const random = new Random(3)
  for (let seed = 0; seed < 20; seed++) {
    const model = quantizedWhere(random, seed % 2 === 0 ? 'int8' : 'uint8')
    const verdict = await compare({ ...model, tensors: new Map() }, { samples: 6, seed, io: 'quantized' })
    expect(verdict.kind, JSON.stringify(verdict)).toBe('exact')
  }
})
