// SPDX-License-Identifier: Apache-2.0
// Copies with constant indices and lengths (Gather, GatherElements, GatherND, Expand, Tile, Split, SpaceToDepth): as
// ONNX has them, between quanta of the same and of other parameters, against the oracle.
import { describe, expect, it } from 'vitest'
import { nodesOf, normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'

const copies: Record<string, [input: string, node: string, output: string, becomes: RegExp]> = {
  'Gather of one slice': ['2,3,4', 'Gather(d, int64 -1) {axis=1}', '2,4', /^slice .*\nreshape /],
  'Gather of evenly spaced slices': [
    '2,5,4',
    'Gather(d, int64[3] {4 2 0}) {axis=1}',
    '2,3,4',
    /^slice .*\nreshape /,
  ],
  'Gather of any slices': ['2,5,4', 'Gather(d, int64[2,2] {4 0 -4 2}) {axis=1}', '2,2,2,4', /^gather /],
  'Gather on the last axis': ['2,5,4', 'Gather(d, int32[3] {3 0 0}) {axis=-1}', '2,5,3', /^gather /],
  GatherElements: ['3,4', 'GatherElements(d, int64[2,4] {2 0 1 -1 0 0 -2 1}) {axis=0}', '2,4', /^gather /],
  'GatherElements on the last axis': [
    '2,4',
    'GatherElements(d, int64[2,3] {3 0 1 -1 0 2}) {axis=1}',
    '2,3',
    /^gather /,
  ],
  GatherND: ['3,4,5', 'GatherND(d, int64[2,2] {2 -1 0 3})', '2,5', /^gather /],
  'GatherND of elements': ['3,4', 'GatherND(d, int64[3,2] {2 1 0 3 1 -4})', '3', /^gather /],
  'GatherND of batches': [
    '2,3,4',
    'GatherND(d, int64[2,2,1] {2 0 -2 1}) {batch_dims=1}',
    '2,2,4',
    /^gather /,
  ],
  'Expand of dimensions': ['3,1', 'Expand(d, int64[3] {2 1 4})', '2,3,4', /^reshape .*\ntile /],
  'Expand of one element': ['1', 'Expand(d, int64[2] {3 4})', '3,4', /^reshape .*\ntile /],
  'Expand of nothing': ['3,4', 'Expand(d, int64[2] {3 1})', '3,4', /^reshape /],
  Tile: ['2,1,3', 'Tile(d, int64[3] {1 4 2})', '2,4,6', /^tile /],
  SpaceToDepth: [
    '2,3,4,6',
    'SpaceToDepth(d) {blocksize=2}',
    '2,12,2,3',
    /^reshape .*\ntranspose .*\nreshape /,
  ],
}

const model = ([input, node, output]: readonly [string, string, string, RegExp], scale: number) => `
  input a: int8[${input}]
  d: float32[${input}] = DequantizeLinear(a, float32 0.03, int8 3)
  r: float32[${output}] = ${node}
  y: int8[${output}] = QuantizeLinear(r, float32 ${scale}, int8 3)
  output y`

describe.each(Object.entries(copies))('%s', (_, copy) => {
  it('is a copy, and exact', async () => {
    expect(nodesOf(normalizedGraph(model(copy, 0.03)))).toMatch(copy[3])
    expect(await againstOracle(model(copy, 0.03))).toBe('exact')
  })

  it('is exact between quanta of other parameters', async () => {
    expect(await againstOracle(model(copy, 0.02))).toBe('exact')
  })
})

const split = (opset: number, inputs: string, attributes: string, lengths: readonly number[]) => `
  opset ${opset}
  input a: int8[2,7]
  d: float32[2,7] = DequantizeLinear(a, float32 0.03, int8 3)
  ${lengths.map((d, i) => `r${i}: float32[2,${d}]`).join(', ')} = Split(d${inputs}) {axis=1${attributes}}
  ${lengths.map((d, i) => `y${i}: int8[2,${d}] = QuantizeLinear(r${i}, float32 ${i === 1 ? 0.02 : 0.03}, int8 3)`).join('\n')}
  ${lengths.map((_, i) => `output y${i}`).join('\n')}`

it.each([
  ['of given lengths', split(17, ', int64[3] {4 1 2}', '', [4, 1, 2])],
  ['of as many parts as asked for', split(18, '', ', num_outputs=3', [3, 3, 1])],
])('Split %s is slices, and exact', async (_, text) => {
  const operators = normalizedGraph(text).nodes.map(({ operator }) => operator)
  expect(operators.sort()).toEqual(['slice', 'slice', 'slice', 'table'])
  expect(await againstOracle(text)).toBe('exact')
})

it('a Split of which one part is quantized twice and the other not read is refused: the reference mixes them up', () => {
  const text = split(17, ', int64[2] {4 3}', '', [4, 3])
    .replaceAll('(r1, float32 0.02', '(r0, float32 0.03')
    .replace('y1: int8[2,3]', 'y1: int8[2,4]')
  expect(refusals(() => normalizedGraph(text))).toEqual(['reference-refuses node_1'])
})
