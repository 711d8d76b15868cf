// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { dedent, nodesOf, normalizedGraph, problemsOf, refusals } from './graph-text.fixture.js'

const chain = `
  input x: float32[1,2,4]
  q: int8[1,2,4] = QuantizeLinear(x, float32 0.5, int8 3)
  d: float32[1,2,4] = DequantizeLinear(q, float32 0.5, int8 3)
  t: float32[1,4,2] = Transpose(d) {perm=[0,2,1]}
  s: float32[1,4,2] = Tanh(t)
  r: int8[1,4,2] = QuantizeLinear(s, float32 0.25, int8 -1)
  y: float32[1,4,2] = DequantizeLinear(r, float32 0.25, int8 -1)
  output y`

describe('the edges of a model', () => {
  it('are 8-bit where a Q and a DQ stand there', () => {
    const graph = normalizedGraph(chain)
    expect(nodesOf(graph)).toBe(
      dedent(`
        transpose (x) -> node_2/transpose: int8
        table "tanh" (node_2/transpose) -> y: int8`),
    )
    expect(graph.tensors.get('x')!.type).toBe('int8')
    expect(graph.quantization).toEqual(
      new Map([
        ['x', { scale: 0.5, zeroPoint: 3 }],
        ['y', { scale: 0.25, zeroPoint: -1 }],
      ]),
    )
    expect(graph.notes).toEqual([])
  })

  it('stay float where that is asked for', () => {
    const graph = normalizedGraph(chain, 'float')
    expect(nodesOf(graph)).toBe(
      dedent(`
        quantize (x) -> node_0/quantize: int8
        transpose (node_0/quantize) -> node_2/transpose: int8
        table "tanh" (node_2/transpose) -> node_4/table: int8
        table "requantize" (node_4/table) -> y: float32`),
    )
    expect(graph.quantization).toEqual(new Map())
    expect(graph.notes).toEqual([])
  })

  it('stay float, with a note, where the model does not quantize them', () => {
    const graph = normalizedGraph(`
      input x: float32[4]
      input v: float32[4]
      p: int8[4] = QuantizeLinear(x, float32 0.5, int8 3)
      q: int8[4] = QuantizeLinear(x, float32 0.25, int8 3)
      a: float32[4] = DequantizeLinear(p, float32 0.5, int8 3)
      b: float32[4] = DequantizeLinear(q, float32 0.25, int8 3)
      s: float32[4] = Add(a, v)
      output s
      output b`)
    expect(graph.notes).toEqual([
      'Input "x" stays float32: it is quantized in several ways',
      'Input "v" stays float32: nothing quantizes it',
      'Output "s" stays float32: it is not the result of a DequantizeLinear',
    ])
    expect([...graph.quantization.keys()]).toEqual(['b'])
    expect(['x', 'v', 's', 'b'].map((name) => graph.tensors.get(name)!.type)).toEqual([
      ...['float32', 'float32', 'float32', 'int8'],
    ])
  })

  it('that are integers pass as they are', () => {
    const graph = normalizedGraph(`
      input q: uint8[2,3]
      t: uint8[3,2] = Transpose(q)
      output t`)
    expect(nodesOf(graph)).toBe('transpose (q) -> t: uint8')
    expect(graph.quantization).toEqual(new Map())
  })
})

describe('an output', () => {
  it('that is another output too is copied', () => {
    const graph = normalizedGraph(`
      input q: int8[4]
      a: float32[4] = DequantizeLinear(q, float32 0.5, int8 3)
      t: float32[4] = Tanh(a)
      y: int8[4] = QuantizeLinear(t, float32 0.25, int8 0)
      z: float32[4] = DequantizeLinear(y, float32 0.25, int8 0)
      output y
      output z`)
    expect(nodesOf(graph)).toBe('table "tanh" (q) -> y: int8\nreshape (y) -> z: int8')
    expect(graph.outputs).toEqual(['y', 'z'])
  })

  it('that is an input is a copy of it', () => {
    const graph = normalizedGraph(`
      input q: int8[4]
      y: float32[4] = DequantizeLinear(q, float32 0.5, int8 3)
      output y`)
    expect(nodesOf(graph)).toBe('reshape (q) -> y: int8')
    expect(graph.quantization.get('y')).toEqual({ scale: 0.5, zeroPoint: 3 })
  })

  it('that depends on no input is a constant', () => {
    const graph = normalizedGraph(`
      input q: int8[2]
      t: int8[2] = Reshape(q, int64[1] {2})
      y: float32[2] = DequantizeLinear(int8[2] {5 7}, float32 0.5, int8 3)
      output t
      output y`)
    expect(nodesOf(graph)).toContain('constant () -> y: float32')
    expect(graph.nodes.at(-1)!.attributes.value).toMatchObject({ data: Float32Array.of(1, 2) })
  })
})

it('leaves out what no output needs', () => {
  const unread = chain.replace('r: int8', 'u: float32[1,2,4] = Sigmoid(d)\nr: int8')
  expect(nodesOf(normalizedGraph(unread))).toBe(nodesOf(normalizedGraph(chain)))
})

it('names every node that has no exact form, but not those behind it', () => {
  const normalizing = () =>
    normalizedGraph(`
      input x: float32[1,2,4]
      input q: int8[2,2]
      input s: float32[]
      a: float32[1,2,4] = Tanh(x)
      b: float32[1,2,4] = Sigmoid(a)
      d: float32[2,2] = DequantizeLinear(q, float32 0.5, int8 3)
      m: float32[2,2] = Clip(d, s)
      c: float32[1,2,4] = Sigmoid(x)
      output b
      output m
      output c`)
  expect(refusals(normalizing)).toEqual([
    'float-function node_0',
    'not-constant node_3',
    'float-function node_4',
  ])
  for (const { message, remedy } of problemsOf(normalizing)) {
    expect(message).toMatch(/\w+ \w+/)
    expect(remedy).toMatch(/Quantize|initializer/)
  }
})

it('names every float sum of a chain at once, and nothing that quantizing them would mend', () => {
  const model = `
    input x: float32[1,2,4]
    a: float32[1,2,4] = Conv(x, float32[2,2,1] {1 2 -1 0.5})
    s: float32[1,2,4] = Softplus(a)
    b: float32[1,2,4] = Conv(s, float32[2,2,1] {1 2 -1 0.5})
    q: int8[1,2,4] = QuantizeLinear(b, float32 0.5, int8 3)
    d: float32[1,2,4] = DequantizeLinear(q, float32 0.5, int8 3)
    c: float32[1,2,4] = Conv(d, float32[2,2,1] {1 2 -1 0.5})
    output c`
  expect(refusals(() => normalizedGraph(model))).toEqual([
    'float-sum node_0',
    'float-sum node_2',
    'float-sum node_5',
  ])
})
