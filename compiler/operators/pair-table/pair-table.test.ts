// SPDX-License-Identifier: Apache-2.0
// A function of two quantized tensors that is no single operation: the model, its table, and the oracle's bytes; and
// a tensor with itself.
import { expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import { writeModel } from '../../../runtime/oracle/write-model.js'
import { readOnnx } from '../../import/onnx.js'
import { tensorOf } from '../../ir/graph.js'
import { inferTypes } from '../../passes/infer-types.js'
import { normalize } from '../../passes/normalize.js'
import type { TypedNode } from '../definition.js'
import { Random } from '../random.js'
import { runGraph } from '../test-bench.js'
import { pairTable } from './definition.js'

/** q -> dq -> tanh(a - b) -> q -> dq over all pairs of quanta. */
const model = writeModel({
  nodes: [
    { operator: 'DequantizeLinear', inputs: ['a', 'scale_a', 'zero_a'], outputs: ['real_a'] },
    { operator: 'DequantizeLinear', inputs: ['b', 'scale_b', 'zero_b'], outputs: ['real_b'] },
    { operator: 'Sub', inputs: ['real_a', 'real_b'], outputs: ['difference'] },
    { operator: 'Tanh', inputs: ['difference'], outputs: ['bent'] },
    { operator: 'QuantizeLinear', inputs: ['bent', 'scale_y', 'zero_y'], outputs: ['y'] },
  ],
  inputs: [
    { name: 'a', type: 'int8', shape: [256, 1] },
    { name: 'b', type: 'uint8', shape: [1, 256] },
  ],
  outputs: [{ name: 'y', type: 'int8', shape: [256, 256] }],
  initializers: [
    { name: 'scale_a', type: 'float32', shape: [], data: Float32Array.of(0.0171) },
    { name: 'zero_a', type: 'int8', shape: [], data: Int8Array.of(-7) },
    { name: 'scale_b', type: 'float32', shape: [], data: Float32Array.of(0.0093) },
    { name: 'zero_b', type: 'uint8', shape: [], data: Uint8Array.of(93) },
    { name: 'scale_y', type: 'float32', shape: [], data: Float32Array.of(1 / 128) },
    { name: 'zero_y', type: 'int8', shape: [], data: Int8Array.of(5) },
  ],
})

it('holds a chain of functions of two tensors, equal to the oracle on every pair', async () => {
  const graph = normalize(
    inferTypes(
      readOnnx(model, () => new Uint8Array(0)),
      new Map(),
    ),
    'quantized',
  )
  expect(graph.nodes.map((node) => node.operator)).toEqual(['pair_table'])
  const a = Int8Array.from({ length: 256 }, (_, i) => i)
  const b = Uint8Array.from({ length: 256 }, (_, i) => i)
  const values = [
    { shape: [256, 1], data: a },
    { shape: [1, 256], data: b },
  ]
  const [y] = await runGraph(graph, values, 'model')
  const oracle = await openOracle(model)
  const expected = await oracle.run({
    a: { type: 'int8', dims: [256, 1], data: a },
    b: { type: 'uint8', dims: [1, 256], data: b },
  })
  await oracle.release()
  expect(new Set(Array.from(y as Int8Array)).size).toBeGreaterThan(100)
  expect(y).toEqual(expected.y!.data)
})

it('is a table of 256 entries where both inputs are one tensor', async () => {
  const random = new Random(3)
  const x = random.tensor('int8', [2, 70])
  const node: TypedNode<'pair_table'> = {
    name: 'pair',
    operator: 'pair_table',
    inputs: ['x', 'x'],
    outputs: ['y'],
    attributes: { table: random.tensor('uint8', [65536]).data as Uint8Array, label: 'test' },
  }
  const tensors = [
    { name: 'x', type: 'int8', shape: [2, 70] },
    { name: 'y', type: 'uint8', shape: [2, 70] },
  ] as const
  const graph = {
    name: 'square',
    inputs: ['x'],
    outputs: ['y'],
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    nodes: [node],
  }
  const tensor = (name: string) => ({ ...tensorOf(graph, name), layout: { order: [0, 1] } })
  expect(pairTable.lower(node, { tensor, preferFloat: false })[0]!.segment.length).toBe(256)
  const [expected] = pairTable.reference(node, [x, x], [tensors[1]])
  expect(await runGraph(graph, [x], 'model')).toEqual([expected!.data])
})
