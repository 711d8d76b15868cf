// SPDX-License-Identifier: Apache-2.0
// LayerNormalization and InstanceNormalization against the oracle: raw float32 rows of many lengths, and quanta.
import { describe, expect, it } from 'vitest'
import { normalizedGraph } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'
import { differencesFromOracle } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('gives the bits of the oracle', async () => {
  const random = new Random(4)
  const generated = Array.from({ length: 300 }, () => randomCase(random))
  const floats = [...cases(random), ...generated].filter(
    ({ attributes }) => attributes.inputValues === null && attributes.output === null,
  )
  expect(floats.length).toBeGreaterThan(20)
  const found = await differencesFromOracle(floats, ({ attributes, inputs: [x] }) => {
    const { method, axis, epsilon, gain, bias } = attributes
    const isRunning = method === 'running'
    const shape = isRunning ? x!.shape.slice(axis) : [gain.length]
    const list = (name: string, data: Float32Array) => ({ name, type: 'float32', shape, data })
    return {
      operator: isRunning ? 'LayerNormalization' : 'InstanceNormalization',
      inputs: [0, list('gain', gain), ...(bias ? [list('bias', bias)] : [])],
      attributes: { epsilon: { float: epsilon }, ...(isRunning && { axis }) },
    }
  })
  expect(found).toEqual([])
})

const model = (node: string) => `
  input a: int8[1,3,8]
  d: float32[1,3,8] = DequantizeLinear(a, float32 0.03, int8 3)
  r: float32[1,3,8] = ${node}
  y: int8[1,3,8] = QuantizeLinear(r, float32 0.02, int8 5)
  output y`

describe.each([
  'LayerNormalization(d, float32[8] {0.5 1 -2 1.25}, float32[8] {0.1 0.2 0})',
  'LayerNormalization(d, float32[3,8] {0.5 1 -2 1.25}) {axis=1}',
  'InstanceNormalization(d, float32[3] {0.5 1 -2}, float32[3] {0.1 0.2 0})',
])('%s', (node) => {
  it('of quanta is one node, and exact', async () => {
    expect(normalizedGraph(model(node)).nodes.map(({ operator }) => operator)).toEqual(['normalization'])
    expect(await againstOracle(model(node))).toBe('exact')
  })
})
