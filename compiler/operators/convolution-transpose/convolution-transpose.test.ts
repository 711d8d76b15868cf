// SPDX-License-Identifier: Apache-2.0
// ConvTranspose against the oracle: raw float32 sums, and models of quanta with every way of placing the window.
import { describe, expect, it } from 'vitest'
import { normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('gives the bits of the oracle', async () => {
  const random = new Random(4)
  const generated = Array.from({ length: 600 }, () => randomCase(random))
  const floats = [...cases(random), ...generated].filter(
    ({ attributes: a }) =>
      a.inputValues === null &&
      a.output === null &&
      a.weightScales === null &&
      a.weight.shape.slice(1).some((d) => d > 1),
  )
  expect(floats.length).toBeGreaterThan(15)
  const found = await differencesFromOracle(floats, ({ attributes, inputs: [x], outputs: [y] }) => {
    const { group, strides, dilations, pads, weight, bias } = attributes
    const ends = pads.map((pad, axis) => {
      const reach = (weight.shape[axis + 2]! - 1) * dilations[axis]! + 1
      return (x!.shape[axis + 2]! - 1) * strides[axis]! + reach - pad - y!.shape[axis + 2]!
    })
    const extra = ends.map((end) => Math.max(0, -end))
    return {
      operator: 'ConvTranspose',
      inputs: [
        0,
        { name: 'w', ...weight },
        ...(bias ? [{ name: 'b', type: 'float32', shape: [bias.length], data: bias }] : []),
      ],
      attributes: {
        ...{ group, strides, dilations },
        pads: [...pads, ...ends.map((end) => Math.max(0, end))],
        output_padding: extra,
      },
    }
  })
  expect(found).toEqual([])
})

const model = (weight: string, attributes: string, output: string) => `
  input a: int8[1,4,6]
  d: float32[1,4,6] = DequantizeLinear(a, float32 0.03, int8 3)
  w: float32[${weight}] = DequantizeLinear(int8[${weight}] {3 -5 7 100 -90 11 0}, float32 0.01, int8 0)
  r: float32[${output}] = ConvTranspose(d, w, float32[${output.split(',')[1]}] {0.1 -0.2})${attributes}
  y: int8[${output}] = QuantizeLinear(r, float32 0.0007, int8 5)
  output y`

describe.each([
  ['4,3,4', ' {strides=[2], pads=[1, 1]}', '1,3,12'],
  ['4,3,3', ' {strides=[2], output_padding=[1]}', '1,3,14'],
  ['4,3,3', ' {strides=[2], auto_pad="SAME_UPPER"}', '1,3,12'],
  ['4,3,5', ' {strides=[2], auto_pad="SAME_UPPER"}', '1,3,12'],
  ['4,3,5', ' {strides=[2], auto_pad="SAME_LOWER"}', '1,3,12'],
  ['4,3,3', ' {strides=[3], auto_pad="VALID"}', '1,3,18'],
  ['4,3,4', ' {strides=[2], output_shape=[13]}', '1,3,13'],
  ['4,2,3', ' {strides=[2], group=2}', '1,4,13'],
  ['4,3,3', ' {dilations=[2]}', '1,3,10'],
])('weight [%s]%s', (weight, attributes, output) => {
  it('of quanta is one node, and exact', async () => {
    const text = model(weight, attributes, output)
    expect(normalizedGraph(text).nodes.map(({ operator }) => operator)).toEqual(['convolution_transpose'])
    expect(await againstOracle(text)).toBe('exact')
  })
})

it('scales per output channel are kept, and exact', async () => {
  const text = model('4,3,4', ' {strides=[2]}', '1,3,14').replace(
    'float32 0.01, int8 0)',
    'float32[3] {0.01 0.02 0.005}, int8[3] {0 0 0}) {axis=1}',
  )
  const [node] = normalizedGraph(text).nodes
  expect(node!.attributes.weightScales).toEqual(Float32Array.of(0.01, 0.02, 0.005))
  expect(await againstOracle(text)).toBe('exact')
})

it.each(['float32[4,3,4] {0.3 -0.5 0.7 0.1}', 'w'])(
  'a weight %s gives the numbers of the reference',
  async (weight) => {
    const text = model('4,3,4', ' {strides=[2]}', '1,3,14').replace('(d, w,', `(d, ${weight},`)
    expect(await againstOracle(text)).toBe('exact')
  },
)

it('more channels than the reference adds up in one go are refused', () => {
  const text = model('4,3,4', ' {strides=[2]}', '1,3,14')
    .replaceAll('1,4,6', '1,130,6')
    .replaceAll('4,3,4', '130,3,4')
  expect(refusals(() => normalizedGraph(text))).toEqual(['float-order node_2'])
})
