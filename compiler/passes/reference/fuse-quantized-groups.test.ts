// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { fuseQuantizedGroups } from './fuse-quantized-groups.js'
import { againstOracle, expected, refusal, rewritten, unchanged } from './pass.fixture.js'

const q = 'float32 0.05, int8 -7'
/** Two int8 inputs [1,2,4], dequantized to d and e; `node` to n; Q of n. */
const group = (node: string, shape: string, output = q) => `
  input a: int8[1,2,4]
  input b: int8[1,2,4]
  d: float32[1,2,4] = DequantizeLinear(a, float32 0.02, int8 3)
  e: float32[1,2,4] = DequantizeLinear(b, float32 0.03, int8 4)
  n: float32[${shape}] = ${node}
  y: int8[${shape}] = QuantizeLinear(n, ${output})
  output y`

const [first, second] = ['a, float32 0.02, int8 3', 'b, float32 0.03, int8 4']
describe.each([
  ['Add(d, e)', '1,2,4', `com.microsoft.QLinearAdd(${first}, ${second}, ${q})`],
  ['Mul(d, e)', '1,2,4', `com.microsoft.QLinearMul(${first}, ${second}, ${q})`],
  ['Concat(d, e) {axis=1}', '1,4,4', `com.microsoft.QLinearConcat(${q}, ${first}, ${second}) {axis=1}`],
  ['Sigmoid(d)', '1,2,4', `com.microsoft.QLinearSigmoid(${first}, ${q})`],
  ['GlobalAveragePool(d)', '1,2,1', `com.microsoft.QLinearGlobalAveragePool(${first}, ${q})`],
  [
    'AveragePool(d) {kernel_shape=[2]}',
    '1,2,3',
    `com.microsoft.QLinearAveragePool(${first}, ${q}) {kernel_shape=[2]}`,
  ],
  ['Softmax(d) {axis=2}', '1,2,4', `com.microsoft.QLinearSoftmax(${first}, ${q}) {axis=2, opset=17}`],
])('%s', (node, shape, fused) => {
  it('becomes its quantized operator', async () => {
    const text = group(node, shape)
    expect(rewritten(fuseQuantizedGroups, text)).toBe(expected(`y = ${fused}\noutput y`))
    expect(await againstOracle(text)).toBe('exact')
  })

  it.each([
    ['a float result that is an output', (text: string) => `${text}\noutput n`],
    [
      'two Qs',
      (text: string) =>
        `${text.replace('output y', `z: int8[${shape}] = QuantizeLinear(n, float32 0.06, int8 1)\noutput z\noutput y`)}`,
    ],
    [
      'a clamp that narrows the range',
      (text: string) => text.replace('(n,', '(c,').replace('y:', `c: float32[${shape}] = Relu(n)\ny:`),
    ],
    [
      'another type of output',
      (text: string) => text.replace('y: int8', 'y: uint8').replace('int8 -7)', 'uint8 7)'),
    ],
  ])('stays in float with %s', async (_, change) => {
    const text = change(group(node, shape))
    expect(rewritten(fuseQuantizedGroups, text)).toBe(unchanged(text))
    expect(await againstOracle(text)).toBe('exact')
  })
})

describe('matrix products', () => {
  const product = (node: string, end: string) => `
    input a: int8[2,4]
    d: float32[2,4] = DequantizeLinear(a, float32 0.02, int8 3)
    w: float32[4,3] = DequantizeLinear(int8[4,3] {1 -20 35 7 99}, float32 0.25, int8 0)
    n: float32[2,3] = ${node}
    ${end}`
  it.each([
    ['MatMul(d, w)', 'QLinearMatMul'],
    ['Gemm(d, w)', 'com.microsoft.QGemm'],
  ])('%s is fused with a Q, and without one', async (node, fused) => {
    const quantized = product(node, `y: int8[2,3] = QuantizeLinear(n, ${q})\noutput y`)
    expect(rewritten(fuseQuantizedGroups, quantized)).toContain(`y = ${fused}(a, `)
    expect(await againstOracle(quantized)).toBe('exact')
    const float = product(node, 'output n')
    expect(rewritten(fuseQuantizedGroups, float)).toMatch(
      /n = com\.microsoft\.(QGemm|MatMulIntegerToFloat)\(a, /,
    )
    expect(await againstOracle(float)).toBe('exact')
  })

  it('Gemm needs explicit zero points', async () => {
    const text = product('Gemm(d, w)', `y: int8[2,3] = QuantizeLinear(n, ${q})\noutput y`).replace(
      '0.25, int8 0)',
      '0.25)',
    )
    expect(rewritten(fuseQuantizedGroups, text)).toBe(unchanged(text))
    expect(await againstOracle(text)).toBe('refused float-sum Gemm')
  })
})

describe('what the reference cannot load', () => {
  // Its second test finds the Clip redundant after the group is chosen, when the first has kept it.
  it.each([
    ['a Clip within half a quantum of the range', 'Clip(n, float32 -6.0499, float32 9)', q],
    ['a Relu in front of a Q without zero point', 'Relu(n)', 'float32 0.05'],
  ])('%s', async (_, clamp, output) => {
    let text = group('Sigmoid(d)', '1,2,4', output)
      .replace('(n,', '(c,')
      .replace('y:', `c: float32[1,2,4] = ${clamp}\ny:`)
    if (output !== q) text = text.replaceAll('int8', 'uint8')
    expect(refusal(fuseQuantizedGroups, text)).toBe('reference-refuses')
    expect(await againstOracle(text)).toBe('refused, by the oracle too')
  })

  it('int8 outputs without a zero point', async () => {
    const text = `opset 21\n${group('Add(d, e)', '1,2,4', 'float32 0.05').replace('0.05)', '0.05) {output_dtype=3}')}`
    expect(refusal(fuseQuantizedGroups, text)).toBe('reference-refuses')
    expect(await againstOracle(text)).toBe('refused, by the oracle too')
  })
})
