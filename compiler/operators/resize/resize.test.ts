// SPDX-License-Identifier: Apache-2.0
// Resize in every supported mode against the oracle: models of quanta and of integer tensors.
import { describe, expect, it } from 'vitest'
import { normalizedGraph, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { Random } from '../random.js'

const modes = ['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners']

const quantized = (input: string, node: string, output: string, opset = 17) => `
  opset ${opset}
  input a: int8[${input}]
  d: float32[${input}] = DequantizeLinear(a, float32 0.03, int8 3)
  r: float32[${output}] = ${node}
  y: int8[${output}] = QuantizeLinear(r, float32 0.02, int8 5)
  output y`

/** A random resize by scales or to sizes, as attributes and inputs of the node. */
function randomResize(random: Random, rank: number, kind: string, isOfIntegers: boolean): string {
  const shape = Array.from({ length: rank }, () => random.integer(1, 5))
  const isFixed = (axis: number) => (kind === 'linear' && rank === 4 ? axis < 2 : false)
  const isBySize = random.boolean()
  const scales = shape.map((_, axis) =>
    isFixed(axis) ? 1 : random.pick([1, 2, 3, 0.5, 1.5, random.float(0.3, 2.5)]),
  )
  const sizes = shape.map((d, axis) => (isFixed(axis) ? d : random.integer(1, 9)))
  const output = isBySize
    ? sizes
    : shape.map((d, axis) => Math.trunc(Math.fround(d * Math.fround(scales[axis]!))))
  if (output.some((d) => d < 1)) return randomResize(random, rank, kind, isOfIntegers)
  const list = isBySize
    ? `_, _, int64[${rank}] {${sizes.join(' ')}}`
    : `_, float32[${rank}] {${scales.join(' ')}}`
  const nearest = random.pick(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'])
  const attributes = [
    `mode="${kind}"`,
    `coordinate_transformation_mode="${random.pick(modes)}"`,
    ...(kind === 'nearest' ? [`nearest_mode="${nearest}"`] : []),
  ]
  const node = (x: string) => `Resize(${x}, ${list}) {${attributes.join(', ')}}`
  if (!isOfIntegers) return quantized(`${shape}`, node('d'), `${output}`)
  const type = random.pick(['int8', 'uint8'])
  return `
    input a: ${type}[${shape}]
    y: ${type}[${output}] = ${node('a')}
    output y`
}

describe.each(['nearest', 'linear'])('%s', (kind) => {
  it.each([2, 3, 4])('of %i dimensions is exact, on quanta and on integers', async (rank) => {
    const random = new Random(rank)
    for (let round = 0; round < 25; round++) {
      const isOfIntegers = round % 3 === 2
      const text = randomResize(random, rank, kind, isOfIntegers)
      expect(await againstOracle(text), text).toBe('exact')
    }
  })
})

it.each([
  ['Resize of opset 10', quantized('1,2,4', 'Resize(d, float32[3] {1 1 2})', '1,2,8', 13)],
  [
    'tf_crop_and_resize',
    quantized(
      '1,2,4',
      'Resize(d, float32[6] {0 0 0 1 1 1}, float32[3] {1 1 2}) {coordinate_transformation_mode="tf_crop_and_resize"}',
      '1,2,8',
    ),
  ],
  ['cubic', quantized('1,2,4,4', 'Resize(d, _, float32[4] {1 1 2 2}) {mode="cubic"}', '1,2,8,8')],
  [
    'linear over channels',
    quantized('1,2,4,4', 'Resize(d, _, float32[4] {1 2 2 2}) {mode="linear"}', '1,4,8,8'),
  ],
])('%s is refused by name', (_, text) => {
  expect(refusals(() => normalizedGraph(text))[0]).toMatch(/^(malformed-model|unsupported-\w+) node_1$/)
})

it('leaves no gap in front of the sizes below operator set 13, where the reference loads none', async () => {
  const model = (list: string, opset: number) => quantized('1,2,4', `Resize(d, ${list})`, '1,2,8', opset)
  const empty = 'float32[0] {}'
  for (const opset of [11, 12]) {
    for (const list of ['_, float32[3] {1 1 2}', `${empty}, _, int64[3] {1 2 8}`]) {
      expect(refusals(() => normalizedGraph(model(list, opset)))).toEqual(['reference-refuses node_1'])
    }
    expect(await againstOracle(model(`${empty}, float32[3] {1 1 2}`, opset))).toBe('exact')
    expect(await againstOracle(model(`${empty}, ${empty}, int64[3] {1 2 8}`, opset))).toBe('exact')
  }
  expect(await againstOracle(model('_, _, int64[3] {1 2 8}', 13))).toBe('exact')
})
