// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { type Initializer, type ModelNode, writeModel } from '../runtime/oracle/write-model.js'
import { inspectModel } from './inspect.js'
import { modelFromBytes } from './read-model.js'

const scalars: Initializer[] = [
  { name: 'scale', type: 'float32', shape: [], data: Float32Array.of(0.5) },
  { name: 'zero', type: 'int8', shape: [], data: Int8Array.of(0) },
  { name: 'weight', type: 'int8', shape: [2, 2, 1], data: Int8Array.of(1, 2, 3, 4) },
  { name: 'negative', type: 'float32', shape: [], data: Float32Array.of(-1) },
]

const quantized = (from: string, to: string): ModelNode[] => [
  { operator: 'QuantizeLinear', inputs: [from, 'scale', 'zero'], outputs: [`${to}_q`] },
  { operator: 'DequantizeLinear', inputs: [`${to}_q`, 'scale', 'zero'], outputs: [to] },
]
const dequantizedWeight = {
  operator: 'DequantizeLinear',
  inputs: ['weight', 'scale', 'zero'],
  outputs: ['w'],
}

/** Codes by the first output of the node that they are about. */
function reasons(nodes: readonly ModelNode[], output: string, shape: (number | string)[] = [1, 2, 8]) {
  const bytes = writeModel({
    nodes,
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: output, type: 'float32', shape: ['a', 'b', 'c'] }],
    initializers: scalars,
  })
  const { problems } = inspectModel(modelFromBytes(bytes, 'model.onnx'))
  return problems.map(({ code, node }) => {
    const index = Number(node?.replace('node_', ''))
    return node === undefined ? code : `${code} ${nodes[index]?.outputs[0]}`
  })
}

const conv = (from: string, to: string, attributes = {}): ModelNode => ({
  operator: 'Conv',
  inputs: [from, 'w'],
  outputs: [to],
  attributes,
})

describe('inspect finds at once', () => {
  it('two unsupported operators, and a node before them that has no exact form', () => {
    const nodes = [
      dequantizedWeight,
      ...quantized('x', 'a'),
      { operator: 'QuantizeLinear', inputs: ['x', 'negative', 'zero'], outputs: ['bad_q'] },
      { operator: 'DequantizeLinear', inputs: ['bad_q', 'negative', 'zero'], outputs: ['bad'] },
      { operator: 'Det', inputs: ['bad'], outputs: ['e'] },
      { operator: 'Det', inputs: ['a'], outputs: ['f'] },
      { operator: 'Add', inputs: ['e', 'f'], outputs: ['y'] },
    ]
    const found = reasons(nodes, 'y')
    expect(found.slice(0, 2)).toEqual(['unsupported-operator e', 'unsupported-operator f'])
    expect(found.slice(2).some((reason) => reason.startsWith('invalid-scale'))).toBe(true)
  })

  it('an unbound dimension and an unsupported operator behind it', () => {
    const nodes = [...quantized('x', 'a'), { operator: 'Det', inputs: ['a'], outputs: ['y'] }]
    expect(reasons(nodes, 'y', ['batch', 2, 8])).toEqual(['unbound-dimension', 'unsupported-operator y'])
  })

  it('an unbound dimension and a float convolution behind it', () => {
    const nodes = [
      dequantizedWeight,
      ...quantized('x', 'a'),
      conv('a', 'c'),
      ...quantized('c', 'd'),
      conv('x', 'g'),
      { operator: 'Add', inputs: ['d', 'g'], outputs: ['y'] },
    ]
    expect(reasons(nodes, 'y', ['batch', 2, 8])).toEqual(['unbound-dimension', 'float-sum g'])
  })
})

describe('inspect does not blame', () => {
  it('a convolution that only the cut leaves without its quantization', () => {
    const nodes = [
      dequantizedWeight,
      ...quantized('x', 'a'),
      conv('a', 'c'),
      { operator: 'Det', inputs: ['c'], outputs: ['e'] },
      ...quantized('e', 'y'),
    ]
    expect(reasons(nodes, 'y')).toEqual(['unsupported-operator e'])
  })

  it('a window that only a guessed dimension makes empty', () => {
    const kernel = { operator: 'MaxPool', inputs: ['a'], outputs: ['p'], attributes: { kernel_shape: [4] } }
    const nodes = [...quantized('x', 'a'), kernel, ...quantized('p', 'y')]
    expect(reasons(nodes, 'y', [1, 2, 'length'])).toEqual(['unbound-dimension'])
  })
})
