// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Requantization } from '../ir/operators.js'
import { fuseTables } from './fuse-tables.js'
import { normalizedGraph } from './graph-text.fixture.js'

const fused = (text: string) => fuseTables(normalizedGraph(text))

/** int8 q through a convolution to int8 c (scale 0.5, zero point 3), then `rest`. */
const convolution = (rest: string) => `
  input q: int8[1,1,4]
  d: float32[1,1,4] = DequantizeLinear(q, float32 0.5, int8 0)
  w: float32[2,1,2] = DequantizeLinear(int8[2,1,2] {1 -20 35 7}, float32 0.25, int8 0)
  v: float32[1,2,3] = Conv(d, w)
  c: int8[1,2,3] = QuantizeLinear(v, float32 0.5, int8 3)
  f: float32[1,2,3] = DequantizeLinear(c, float32 0.5, int8 3)
  ${rest}`
const behind = (node: string, q = 'float32 0.5, int8 3') =>
  convolution(`g: float32[1,2,3] = ${node}
  y: int8[1,2,3] = QuantizeLinear(g, ${q})
  output y`)

const clampOf = (text: string) => {
  const { nodes } = fused(text)
  const { min, max } = nodes[0]!.attributes.requantization as Requantization
  return { operators: nodes.map(({ operator }) => operator), min, max }
}

describe('a table that narrows a range', () => {
  it.each([
    ['Relu(f)', 3, 127],
    ['Clip(f, float32 -1, float32 10)', 1, 23],
    ['Clip(f, float32 1)', 5, 127],
    ['Tanh(f)', 1, 5],
  ])('becomes the clamp of the sum: %s', (node, min, max) => {
    expect(clampOf(behind(node))).toEqual({ operators: ['convolution'], min, max })
    expect(fused(behind(node)).nodes[0]!.outputs).toEqual(['y'])
  })

  it('and is no table at all where it changes nothing', () => {
    expect(clampOf(behind('Clip(f, float32 -999)'))).toMatchObject({ operators: ['convolution'], min: -128 })
  })

  it.each([
    ['it also changes the scale', behind('Relu(f)', 'float32 0.25, int8 3')],
    ['it is another function', behind('Sigmoid(f)', 'float32 0.03125, int8 3')],
    ['the sum is an output too', `${behind('Relu(f)')}\noutput c`],
    ['the sum is read elsewhere', behind('Relu(f)').concat('\nt: float32[1,2,3] = Tanh(f)\noutput t')],
    ['it clamps each channel elsewhere', behind('Max(f, float32[1,2,1] {1 2})')],
  ])('stays where %s', (_, text) => {
    const { nodes } = fused(text)
    expect(nodes[0]).toEqual(normalizedGraph(text).nodes[0])
    expect(nodes.filter(({ operator }) => operator === 'table').map(({ outputs }) => outputs[0])).toContain(
      'y',
    )
  })
})

describe('a table behind a node of two outputs', () => {
  it('stays: the other output has a range of its own', () => {
    const graph = normalizedGraph(behind('Relu(f)'))
    const [first, ...others] = graph.nodes
    const nodes = [{ ...first!, outputs: [...first!.outputs, 'state'] }, ...others]
    expect(fuseTables({ ...graph, nodes }).nodes).toEqual(nodes)
  })
})

describe('a table behind a table', () => {
  const two = (end: string) => `
    input q: int8[4]
    a: float32[4] = DequantizeLinear(q, float32 0.25, int8 3)
    b: float32[4] = Tanh(a)
    c: uint8[4] = QuantizeLinear(b, float32 0.0078125, uint8 128)
    d: float32[4] = DequantizeLinear(c, float32 0.0078125, uint8 128)
    e: float32[4] = Sigmoid(d)
    y: int8[4] = QuantizeLinear(e, float32 0.0625, int8 -3)
    ${end}`

  it('becomes one table, of the one after the other', () => {
    const [first, second] = normalizedGraph(two('output y')).nodes
    const [only, ...none] = fused(two('output y')).nodes
    expect(none).toEqual([])
    expect(only).toMatchObject({ inputs: ['q'], outputs: ['y'] })
    const [f, g, table] = [first!, second!, only!].map(({ attributes }) => attributes.table as Int8Array)
    for (let byte = 0; byte < 256; byte++) expect(table![byte]).toBe(g![f![byte]! & 255])
    expect(new Set(table).size).toBeGreaterThan(5)
    expect(only!.attributes.label).toBe('tanh, sigmoid')
  })

  it('stays where the tensor between is an output', () => {
    expect(fused(two('output y\noutput c')).nodes).toHaveLength(2)
  })

  it('ends in float where the second does', () => {
    const { nodes, tensors } = fused(two('output e'))
    expect(nodes).toHaveLength(1)
    expect(nodes[0]!.attributes.table).toBeInstanceOf(Float32Array)
    expect(tensors.get('e')!.type).toBe('float32')
  })
})
