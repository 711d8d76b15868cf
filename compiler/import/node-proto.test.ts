// SPDX-License-Identifier: Apache-2.0
import proto from 'onnx-proto'
import { expect, it } from 'vitest'
import { CapletError } from '../errors.js'
import type { Node } from '../ir/graph.js'
import { readNode } from './node-proto.js'

const { onnx } = proto
const { AttributeType } = onnx.AttributeProto
type Fields = Parameters<typeof onnx.NodeProto.create>[0]

/** Through the wire format, as in a file. */
function read(fields: Fields): Node {
  const bytes = onnx.NodeProto.encode(onnx.NodeProto.create(fields)).finish()
  return readNode(onnx.NodeProto.decode(bytes), () => new Uint8Array(0))
}

function problem(fields: Fields) {
  try {
    read(fields)
  } catch (error) {
    if (error instanceof CapletError) return error.problems[0]!
    throw error
  }
  return null
}

const text = (value: string) => new TextEncoder().encode(value)

it('decodes every kind of attribute', () => {
  const tensor = { dataType: 3, dims: [2], rawData: Uint8Array.of(1, 255) }
  const { attributes } = read({
    opType: 'X',
    attribute: [
      { name: 'float', type: AttributeType.FLOAT, f: 0.5 },
      { name: 'int', type: AttributeType.INT, i: -3 },
      { name: 'string', type: AttributeType.STRING, s: text('größe') },
      { name: 'tensor', type: AttributeType.TENSOR, t: tensor },
      { name: 'floats', type: AttributeType.FLOATS, floats: [1, -0.25] },
      { name: 'ints', type: AttributeType.INTS, ints: [0, -1, 2 ** 40] },
      { name: 'strings', type: AttributeType.STRINGS, strings: [text('a'), text('')] },
      { name: 'zero', type: AttributeType.INT },
      { name: 'none', type: AttributeType.INTS },
    ],
  })
  expect({ ...attributes }).toEqual({
    ...{
      float: 0.5,
      int: -3,
      string: 'größe',
      floats: [1, -0.25],
      ints: [0, -1, 2 ** 40],
      strings: ['a', ''],
    },
    ...{ tensor: { type: 'int8', shape: [2], data: Int8Array.of(1, -1) }, zero: 0, none: [] },
  })
})

it.each([
  ['a graph', AttributeType.GRAPH],
  ['graphs', AttributeType.GRAPHS],
  ['tensors', AttributeType.TENSORS],
  ['a sparse tensor', AttributeType.SPARSE_TENSOR],
  ['nothing that is known', 99],
])('refuses an attribute that is %s, and says where', (_, type) => {
  const fields = { opType: 'If', name: 'branch', attribute: [{ name: 'then_branch', type: type as number }] }
  expect(problem(fields as Fields)).toMatchObject({
    ...{ code: 'unsupported-attribute', node: 'branch', operator: 'If', attribute: 'then_branch' },
  })
})

it('refuses an attribute that is given twice', () => {
  const attribute = [1, 2].map((i) => ({ name: 'axis', type: AttributeType.INT, i }))
  expect(problem({ opType: 'Concat', output: ['y'], attribute })).toMatchObject({
    ...{ code: 'malformed-model', node: 'y', operator: 'Concat', attribute: 'axis' },
  })
})

it('holds attributes by any name, also by those of objects', () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty', '']
  const attribute = names.map((name, i) => ({ name, type: AttributeType.INT, i }))
  const { attributes } = read({ opType: 'X', attribute })
  expect(Object.entries(attributes)).toEqual(names.map((name, i) => [name, i]))
})

it.each([
  ['', 'Conv', 'Conv'],
  ['ai.onnx', 'Conv', 'Conv'],
  ['com.microsoft', 'QLinearAdd', 'com.microsoft.QLinearAdd'],
  ['com.microsoft', 'QuantizeLinear', 'QuantizeLinear'],
  ['com.microsoft', 'DequantizeLinear', 'DequantizeLinear'],
  ['com.example', 'DequantizeLinear', 'com.example.DequantizeLinear'],
  ['com.microsoft', 'Conv', 'com.microsoft.Conv'],
])('domain "%s", type %s: operator %s', (domain, opType, operator) => {
  expect(read({ domain, opType }).operator).toBe(operator)
})

it('names a node without a name after its first output, else its operator', () => {
  const nameOf = (fields: Fields) => read({ opType: 'Split', ...fields }).name
  expect(nameOf({ name: 'n', output: ['y'] })).toBe('n')
  expect(nameOf({ output: ['', 'y'] })).toBe('y')
  expect(nameOf({})).toBe('Split')
})

it('keeps inputs that are left out, in their places', () => {
  expect(read({ opType: 'Clip', input: ['x', '', 'most'], output: ['y'] })).toMatchObject({
    ...{ inputs: ['x', '', 'most'], outputs: ['y'] },
  })
})
