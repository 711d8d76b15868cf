// SPDX-License-Identifier: Apache-2.0
// Reductions against the oracle: raw float32 sums in every pattern of axes, and models of quanta; refused where the
// order is another, or may be.
import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../ir/types.js'
import { normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { sumOrder } from './order.js'

const onnxNames = {
  sum: 'ReduceSum',
  mean: 'ReduceMean',
  absolute_sum: 'ReduceL1',
  square_sum: 'ReduceSumSquare',
  root_square_sum: 'ReduceL2',
  product: 'ReduceProd',
} as const

type Sum = keyof typeof onnxNames

const patterns: [shape: number[], axes: number[]][] = [
  [[37], [0]],
  [[5, 37], [1]],
  [[37, 5], [0]],
  [[2, 30, 8], [1]],
  [[2, 4, 7], [1]],
  [[1, 30, 7], [1]],
  [
    [1, 3, 6, 7],
    [2, 3],
  ],
  [
    [1, 6, 7, 5],
    [1, 2],
  ],
  [
    [2, 3, 6, 7],
    [1, 3],
  ],
  [
    [2, 3, 6, 7],
    [0, 2],
  ],
  [
    [2, 3, 1, 1],
    [2, 3],
  ],
  [[1, 1, 9], [1]],
  [
    [2, 3, 4, 5, 6],
    [2, 3, 4],
  ],
]

function floatCase(
  random: Random,
  operation: Sum,
  [shape, axes]: readonly [number[], number[]],
  isZero: boolean,
): OperatorCase<'reduce'> {
  const own = shape.map((_, axis) => axis)
  const isPlain = operation === 'sum' || operation === 'mean'
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (isZero ? -0 : random.float(-8, 8)))
  return {
    name: `${operation} of ${isZero ? 'zeros ' : ''}[${shape}] over [${axes}]`,
    operator: 'reduce',
    attributes: {
      operation,
      axes,
      start: isPlain ? sumOrder(shape, axes, own)!.start : 0,
      inputValues: null,
      output: null,
    },
    inputs: [{ type: 'float32', shape, data }],
    outputs: [{ type: 'float32', shape: shape.map((d, axis) => (axes.includes(axis) ? 1 : d)) }],
  }
}

it.each(Object.keys(onnxNames) as Sum[])('%s adds up in the order of the oracle', async (operation) => {
  const random = new Random(3)
  const cases = patterns.flatMap((pattern) => [
    floatCase(random, operation, pattern, false),
    floatCase(random, operation, pattern, true),
  ])
  const differences = await differencesFromOracle(cases, ({ attributes }) => ({
    operator: onnxNames[operation],
    opset: 11,
    inputs: [0],
    attributes: { axes: attributes.axes },
  }))
  expect(differences).toEqual([])
})

const model = (shape: string, node: string, output: string) => `
  input a: int8[${shape}]
  d: float32[${shape}] = DequantizeLinear(a, float32 0.03, int8 3)
  r: float32[${output}] = ${node}
  y: int8[${output}] = QuantizeLinear(r, float32 0.02, int8 5)
  output y`

describe.each([
  ['ReduceMean(d) {axes=[2]}', '1,3,7', '1,3,1'],
  ['ReduceMean(d) {axes=[2], keepdims=0}', '1,3,7', '1,3'],
  ['ReduceSum(d, int64[1] {-1})', '1,3,7', '1,3,1'],
  ['ReduceSum(d)', '1,3,7', '1,1,1'],
  ['ReduceMax(d) {axes=[1]}', '1,3,7', '1,1,7'],
  ['ReduceMin(d) {axes=[0, 2]}', '2,3,7', '1,3,1'],
  ['ReduceL2(d) {axes=[1]}', '1,3,7', '1,1,7'],
  ['GlobalMaxPool(d)', '1,3,7', '1,3,1'],
  ['GlobalMaxPool(d)', '2,3,4,5', '2,3,1,1'],
])('%s of quanta', (node, shape, output) => {
  it('is one reduction, and exact', async () => {
    const text = model(shape, node, output)
    const operators = normalizedGraph(text).nodes.map(({ operator }) => operator)
    expect(operators.filter((name) => name !== 'table')).toEqual(['reduce'])
    expect(await againstOracle(text)).toBe('exact')
  })
})

it('the extreme of values that do not rise with the quantum is that of their quanta', async () => {
  const text = model('1,3,7', 'ReduceMax(s) {axes=[2]}', '1,3,1').replace(
    'r:',
    's: float32[1,3,7] = Abs(d)\n r:',
  )
  expect(normalizedGraph(text).nodes.map(({ operator }) => operator)).toEqual(['table', 'reduce'])
  expect(await againstOracle(text)).toBe('exact')
})

it.each([
  ['over middle axes', model('2,30,7', 'ReduceMean(d) {axes=[1]}', '2,1,7')],
  ['over the outer axes', model('4,3,20', 'ReduceSum(d, int64[2] {0 2})', '1,3,1')],
])('a mean %s is refused: it is added up in another order', (_, text) => {
  expect(refusals(() => normalizedGraph(text))).toEqual(['float-order node_1'])
})

it('a transpose makes the order of a sum over several axes uncertain', () => {
  const text = model('1,3,6,7', 'ReduceMean(t) {axes=[2, 3]}', '1,3,1,1').replace(
    'r:',
    't: float32[1,3,7,6] = Transpose(d) {perm=[0,1,3,2]}\n r:',
  )
  expect(refusals(() => normalizedGraph(text))).toEqual(['float-order node_2'])
})

describe('the mean over the pixels', () => {
  const random = new Random(9)
  const weights = Array.from({ length: 48 }, () => random.integer(-127, 127)).join(' ')
  const behindConvolution = (rest: string) => `
    input a: int8[1,6,9,7]
    d: float32[1,6,9,7] = DequantizeLinear(a, float32 0.03, int8 3)
    w: float32[8,6,1,1] = DequantizeLinear(int8[8,6,1,1] {${weights}}, float32 0.01, int8 0)
    c: float32[1,8,9,7] = Conv(d, w)
    q: int8[1,8,9,7] = QuantizeLinear(c, float32 0.07, int8 -9)
    f: float32[1,8,9,7] = DequantizeLinear(q, float32 0.07, int8 -9)
    ${rest}
    output r`

  it.each([
    ['of a convolution', 'r: float32[1,8] = ReduceMean(f) {axes=[2,3], keepdims=0}'],
    [
      'of a sum and its function',
      `s: float32[1,8,9,7] = Sub(f, c2)
      r: float32[1,8,1,1] = ReduceMean(s) {axes=[2,3]}`.replace('c2', 'float32[8,1,1] {1 2 3 4 5 6 7 8}'),
    ],
    [
      'of shuffled channels',
      `t: float32[1,2,4,9,7] = Reshape(f, int64[5] {1 2 4 9 7})
      u: float32[1,4,2,9,7] = Transpose(t) {perm=[0,2,1,3,4]}
      v: float32[1,8,9,7] = Reshape(u, int64[4] {1 8 9 7})
      r: float32[1,8] = ReduceMean(v) {axes=[2,3], keepdims=0}`,
    ],
    [
      'of pixels with a dimension more',
      `t: float32[1,8,1,9,7] = Unsqueeze(f, int64[1] {2})
      r: float32[1,8,1,1,1] = ReduceMean(t) {axes=[3,4]}`,
    ],
    [
      'of transposed pixels',
      `t: float32[1,9,7,8] = Transpose(f) {perm=[0,2,3,1]}
      r: float32[1,8] = ReduceMean(t) {axes=[1,2], keepdims=0}`,
    ],
  ])('%s is the same however the reference holds it', async (_, rest) => {
    expect(await againstOracle(behindConvolution(rest))).toBe('exact')
  })

  it('of products, which may be -0, is the same once it is quantized', async () => {
    const rest = (output: string) => `input e: int8[1,8,9,7]
      g: float32[1,8,9,7] = DequantizeLinear(e, float32 0.05, int8 -4)
      s: float32[1,8,9,7] = Mul(f, g)
      m: float32[1,8] = ReduceMean(s) {axes=[2,3], keepdims=0}
      r: ${output}`
    expect(
      await againstOracle(behindConvolution(rest('int8[1,8] = QuantizeLinear(m, float32 0.01, int8 3)'))),
    ).toBe('exact')
    expect(refusals(() => normalizedGraph(behindConvolution(rest('float32[1,8] = Identity(m)'))))).toEqual([
      'float-order node_7',
    ])
  })

  it('is not where a transpose turns them', () => {
    const rest = `t: float32[1,8,7,9] = Transpose(f) {perm=[0,1,3,2]}
      r: float32[1,8] = ReduceMean(t) {axes=[2,3], keepdims=0}`
    expect(refusals(() => normalizedGraph(behindConvolution(rest)))).toEqual(['float-order node_6'])
  })
})
