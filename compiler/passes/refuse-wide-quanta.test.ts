// SPDX-License-Identifier: Apache-2.0
// Alone, quantization to 16 bits and back is exact; what computes on such quanta is refused.
import { describe, expect, it } from 'vitest'
import { againstOracle } from './reference/pass.fixture.js'

const near = 'float32 0.013, int16 5'
const fine = 'float32 0.0007, int16 -300'
const unsigned = 'float32 0.25, uint16 65535'

const q = (name: string, from: string, parameters: string) =>
  `${name}: ${parameters.includes('uint16') ? 'uint16' : 'int16'}[2,3] = QuantizeLinear(${from}, ${parameters})`
const dq = (name: string, from: string, parameters: string) =>
  `${name}: float32[2,3] = DequantizeLinear(${from}, ${parameters})`
const graph = (input: string, ...lines: string[]) =>
  ['opset 21', `input x: ${input}[2,3]`, ...lines].join('\n')

describe('exact against the reference', () => {
  it.each([
    ['QuantizeLinear to int16', graph('float32', q('y', 'x', near), 'output y')],
    ['QuantizeLinear to uint16', graph('float32', q('y', 'x', unsigned), 'output y')],
    ['DequantizeLinear', graph('int16', dq('y', 'x', fine), 'output y')],
    [
      'DequantizeLinear per axis',
      graph('int16', dq('y', 'x', 'float32[3] {0.1 0.2 0.3}, int16[3] {1 2 3}'), 'output y'),
    ],
    ['a pair', graph('float32', q('a', 'x', near), dq('y', 'a', near), 'output y')],
    [
      'two pairs, which the reference merges',
      graph(
        'float32',
        q('a', 'x', near),
        dq('b', 'a', near),
        q('c', 'b', fine),
        dq('y', 'c', fine),
        'output y',
      ),
    ],
    [
      'requantization',
      graph(
        'int16',
        dq('a', 'x', fine),
        q('b', 'a', near),
        dq('c', 'b', near),
        q('y', 'c', fine),
        'output y',
      ),
    ],
    [
      'from 16 to 8 bits',
      graph(
        'float32',
        q('a', 'x', near),
        dq('b', 'a', near),
        'c: int8[2,3] = QuantizeLinear(b, float32 0.1, int8 3)',
        dq('y', 'c', 'float32 0.1, int8 3'),
        'output y',
      ),
    ],
    [
      'a copy on quanta',
      graph(
        'int16',
        dq('a', 'x', near),
        'b: float32[3,2] = Transpose(a) {perm=[1,0]}',
        `y: int16[3,2] = QuantizeLinear(b, ${near})`,
        'output y',
      ),
    ],
    [
      '4 bits between floats',
      graph(
        'float32',
        'q: int4[2,3] = QuantizeLinear(x, float32 0.5, int4 1)',
        'y: float32[2,3] = DequantizeLinear(q, float32 0.5, int4 1)',
        'output y',
      ),
    ],
    [
      'unsigned ones, cast',
      graph(
        'float32',
        'q: uint4[2,3] = QuantizeLinear(x, float32 0.5, uint4 3)',
        'y: int8[2,3] = Cast(q) {to=3}',
        'output y',
      ),
    ],
    [
      'two pairs of 4 bits, which the reference leaves',
      graph(
        'float32',
        'q: int4[2,3] = QuantizeLinear(x, float32 0.5, int4 1)',
        'a: float32[2,3] = DequantizeLinear(q, float32 0.5, int4 1)',
        'b: int4[2,3] = QuantizeLinear(a, float32 0.3, int4 -2)',
        'y: float32[2,3] = DequantizeLinear(b, float32 0.3, int4 -2)',
        'output y',
      ),
    ],
    ['a cast', graph('int16', dq('a', 'x', near), 'y: int8[2,3] = Cast(a) {to=3}', 'output y')],
  ])('%s', async (_, text) => {
    expect(await againstOracle(text)).toBe('exact')
  })
})

describe('refused', () => {
  it.each([
    [
      'an operator on them',
      graph('int16', dq('a', 'x', near), 'b: float32[2,3] = Add(a, a)', q('y', 'b', near), 'output y'),
    ],
    [
      'one behind a copy',
      graph(
        'int16',
        dq('a', 'x', near),
        'b: float32[6] = Reshape(a, int64[1] {6})',
        'y: float32[6] = Relu(b)',
        'output y',
      ),
    ],
    [
      '4-bit weights',
      graph(
        'uint8',
        'a: float32[2,3] = DequantizeLinear(x, float32 0.02, uint8 128)',
        'w: float32[3,2] = DequantizeLinear(int4[3,2] {1 -8 7 3 0 -2}, float32 0.1, int4 0)',
        'b: float32[2,2] = MatMul(a, w)',
        'y: uint8[2,2] = QuantizeLinear(b, float32 0.1, uint8 128)',
        'output y',
      ),
    ],
    [
      'one whose result becomes them',
      graph('float32', 'a: float32[2,3] = Relu(x)', q('y', 'a', near), 'output y'),
    ],
  ])('%s', async (_, text) => {
    expect(await againstOracle(text)).toContain('not-eight-bit')
  })
})
