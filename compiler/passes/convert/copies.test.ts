// SPDX-License-Identifier: Apache-2.0
// Operators that move elements, on quanta, on tables and on float tensors.
import { describe, expect, it } from 'vitest'
import { dedent, nodesOf, normalizedGraph } from '../graph-text.fixture.js'
import { againstOracle } from '../reference/pass.fixture.js'

const q = 'float32 0.25, int8 3'

/** int8 a [2,3], dequantized to d; `node` gives s of it, and t is s flattened. */
const flattened = (node: string, end: string) => `
  input a: int8[2,3]
  d: float32[2,3] = DequantizeLinear(a, ${q})
  s: float32[2,3] = ${node}
  t: float32[1,6] = Flatten(s) {axis=0}
  ${end}`
const toFloat = 'output t'
const toInt8 = 'y: int8[1,6] = QuantizeLinear(t, float32 0.125, int8 -1)\noutput y'

describe('a copy', () => {
  it.each([
    ['to float', toFloat, 'table "tanh" (node_2/reshape) -> t: float32'],
    ['to int8', toInt8, 'table "tanh" (node_2/reshape) -> y: int8'],
  ])('of a table moves the quanta, and the table stays one: %s', async (_, end, last) => {
    const text = flattened('Tanh(d)', end)
    expect(nodesOf(normalizedGraph(text))).toBe(`reshape (a) -> node_2/reshape: int8\n${last}`)
    expect(await againstOracle(text)).toBe('exact')
  })

  it('of tables per channel moves what the tables give', async () => {
    const text = flattened('Mul(d, float32[2,1] {0.5 -2})', toInt8)
    expect(nodesOf(normalizedGraph(text))).toBe(
      dedent(`
        table "Mul" (a) -> node_3/table: int8
        reshape (node_3/table) -> y: int8`),
    )
    expect(await againstOracle(text)).toBe('exact')
  })

  it('of a float tensor is done behind its Q', async () => {
    const text = `input v: float32[2,3]\n${flattened('Add(d, v)', toInt8)}`
    expect(nodesOf(normalizedGraph(text))).toBe(
      dedent(`
        float_binary (a, v) -> node_3/float_binary: int8
        reshape (node_3/float_binary) -> y: int8`),
    )
    expect(await againstOracle(text)).toBe('exact')
  })
})

describe('a maximum over windows', () => {
  const pooled = (node: string) => `
    input a: int8[1,1,6]
    d: float32[1,1,6] = DequantizeLinear(a, ${q})
    s: float32[1,1,6] = ${node}
    t: float32[1,1,5] = MaxPool(s) {kernel_shape=[2]}
    output t`

  it('is taken of the quanta where the function rises', async () => {
    const rising = 'Add(d, float32 1.5)'
    expect(nodesOf(normalizedGraph(pooled(rising)))).toBe(
      dedent(`
        max_pool (a) -> node_2/max_pool: int8
        table "Add" (node_2/max_pool) -> t: float32`),
    )
    expect(await againstOracle(pooled(rising))).toBe('exact')
  })

  it('is taken behind the function where it falls anywhere', async () => {
    const falling = 'Sub(float32 0, d)'
    expect(nodesOf(normalizedGraph(pooled(falling)))).toBe(
      dedent(`
        table "Sub" (a) -> t/table: float32
        max_pool (t/table) -> t: float32`),
    )
    expect(await againstOracle(pooled(falling))).toBe('exact')
  })

  // Where the function gives NaN or -Infinity, what is under the window and how it lies in the image decide.
  describe.each(['Log(d)', 'Sqrt(d)', 'Div(float32 -1, d)', 'Neg(d)'])('of %s is the reference’s', (node) => {
    it.each([
      ['over one dimension', '[2,2,7]', 'MaxPool(t) {kernel_shape=[3], pads=[1,1]}', '[2,2,7]'],
      ['over two', '[1,2,4,7]', 'MaxPool(t) {kernel_shape=[2,2], pads=[1,1,1,1]}', '[1,2,5,8]'],
      ['with dilations', '[1,2,4,7]', 'MaxPool(t) {kernel_shape=[2,2], dilations=[1,2]}', '[1,2,3,5]'],
      ['over all', '[1,2,4,7]', 'GlobalMaxPool(t)', '[1,2,1,1]'],
    ])('%s', async (_, input, pool, output) => {
      const text = `
        input a: int8${input}
        d: float32${input} = DequantizeLinear(a, float32 0.02, int8 3)
        t: float32${input} = ${node}
        p: float32${output} = ${pool}
        y: uint8${output} = QuantizeLinear(p, float32 0.05, uint8 7)
        output y`
      expect(await againstOracle(text)).toBe('exact')
    })
  })
})
