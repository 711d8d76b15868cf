// SPDX-License-Identifier: Apache-2.0
// What elementwise functions become: a table, tables per channel, a pair of tables, 65,536 entries; or a refusal.
import { describe, expect, it } from 'vitest'
import { dedent, nodesOf, normalizedGraph, refusals } from '../graph-text.fixture.js'
import { againstOracle } from '../reference/pass.fixture.js'

/** int8 a, b, c [1,2,4], dequantized to d, e, f; y is Q of r. */
const model = (nodes: string) => `
  input a: int8[1,2,4]
  input b: int8[1,2,4]
  input c: int8[1,2,4]
  d: float32[1,2,4] = DequantizeLinear(a, float32 0.03, int8 3)
  e: float32[1,2,4] = DequantizeLinear(b, float32 0.02, int8 -7)
  f: float32[1,2,4] = DequantizeLinear(c, float32 0.01, int8 11)
  ${nodes}
  y: int8[1,2,4] = QuantizeLinear(r, float32 0.04, int8 5)
  output y`

describe.each([
  [
    'of one tensor, however long: a table',
    's: float32[1,2,4] = Sigmoid(d)\n r: float32[1,2,4] = Mul(s, s)',
    'table',
  ],
  [
    'of one tensor and itself: a table',
    's: float32[1,2,4] = Sigmoid(d)\n r: float32[1,2,4] = Mul(d, s)',
    'table',
  ],
  ['with a constant: a table', 'r: float32[1,2,4] = Div(float32 1.5, d)', 'table'],
  [
    'with a constant per channel: a table per channel',
    'r: float32[1,2,4] = Add(d, float32[2,1] {0.5 -2})',
    'table',
  ],
  [
    'of two tables: their one operation',
    's: float32[1,2,4] = Tanh(d)\n t: float32[1,2,4] = Tanh(e)\n r: float32[1,2,4] = Sub(s, t)',
    'float_binary',
  ],
  [
    'of two tensors, in several steps: 65,536 entries',
    's: float32[1,2,4] = Sub(d, e)\n r: float32[1,2,4] = Tanh(s)',
    'pair_table',
  ],
  [
    'of a function of two tensors and one of the two: 65,536 entries',
    's: float32[1,2,4] = Sub(d, e)\n r: float32[1,2,4] = Div(s, e)',
    'pair_table',
  ],
])('a function %s', (_, nodes, operator) => {
  it('is one node, and exact', async () => {
    const graph = normalizedGraph(model(nodes))
    expect(graph.nodes.map((node) => node.operator)).toEqual([operator])
    expect(await againstOracle(model(nodes))).toBe('exact')
  })
})

it('a table per channel has 256 entries for each', () => {
  const [node] = normalizedGraph(model('r: float32[1,2,4] = Add(d, float32[2,1] {0.5 -2})')).nodes
  expect(node!.attributes).toMatchObject({ axis: 1 })
  expect(node!.attributes.table).toHaveLength(512)
})

it('constants of two axes are no tables: they are added as they are', async () => {
  const text = model('r: float32[1,2,4] = Add(d, float32[2,4] {0.5 -2 1 3 -1 0.25 0 9})')
  expect(nodesOf(normalizedGraph(text))).toBe(
    dedent(`
      constant () -> node_4/constant: float32
      float_binary (a, node_4/constant) -> y: int8`),
  )
  expect(await againstOracle(text)).toBe('exact')
})

it('functions of three tensors go through a float tensor where one operation is left', async () => {
  const text = model('s: float32[1,2,4] = Sub(d, e)\n r: float32[1,2,4] = Max(s, f)')
  expect(normalizedGraph(text).nodes.map(({ operator }) => operator)).toEqual([
    'float_binary',
    'float_binary',
  ])
  expect(await againstOracle(text)).toBe('exact')
})

it('functions of three tensors that go on are refused', () => {
  const text = model(
    's: float32[1,2,4] = Sub(d, e)\n t: float32[1,2,4] = Max(s, f)\n r: float32[1,2,4] = Tanh(t)',
  )
  expect(refusals(() => normalizedGraph(text))).toEqual(['float-function node_5'])
})

it('a function of two tensors is refused where it is needed in float', () => {
  const text = model('s: float32[1,2,4] = Sub(d, e)\n r: float32[1,2,4] = Tanh(s)').replace(
    'output y',
    'output r',
  )
  expect(refusals(() => normalizedGraph(text))).toEqual(['float-function node_4'])
})

describe('a clamp', () => {
  const operators = (text: string) => normalizedGraph(text).nodes.map(({ operator }) => operator)

  it('of a float tensor of numbers is a clamp of its quanta', async () => {
    const text = model(
      's: float32[1,2,4] = Sub(d, e)\n r: float32[1,2,4] = Clip(s, float32 -0.5, float32 0.7)',
    )
    expect(operators(text)).toEqual(['float_binary', 'table'])
    expect(await againstOracle(text)).toBe('exact')
  })

  it('of a sum of tables per channel is a table behind it', async () => {
    const text = model(`
      s: float32[1,2,4] = Add(d, float32[2,1] {0.5 -2})
      t: float32[1,2,4] = Add(s, e)
      r: float32[1,2,4] = Clip(t, float32 -0.5, float32 0.7)`)
    expect(operators(text).at(-1)).toMatch(/table|quantize/)
    expect(await againstOracle(text)).toBe('exact')
  })

  it('of what may be NaN is done in float: Q makes 0 of NaN, and a clamp leaves it', async () => {
    const text = `
      input x: float32[4]
      input v: float32[4]
      s: float32[4] = Add(x, v)
      r: float32[4] = Clip(s, float32 0.5, float32 0.7)
      y: int8[4] = QuantizeLinear(r, float32 0.04, int8 5)
      output y`
    expect(operators(text).filter((operator) => operator === 'float_binary')).toHaveLength(3)
    expect(operators(text).at(-1)).toBe('quantize')
    expect(await againstOracle(text)).toBe('exact')
  })
})
