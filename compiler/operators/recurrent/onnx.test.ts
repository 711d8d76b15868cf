// SPDX-License-Identifier: Apache-2.0
// Recurrent layers of ONNX models against the oracle: between quanta, with float and with dequantized weights.
import { describe, expect, it } from 'vitest'
import { normalizedGraph, problemsOf, refusals } from '../../passes/graph-text.fixture.js'
import { againstOracle } from '../../passes/reference/pass.fixture.js'

const some = '0.5 -0.75 0.3125 0.0078125 -1.25 0.875 0.1 -0.3 0.7 -0.02'

interface Model {
  readonly operator: 'LSTM' | 'GRU' | 'RNN'
  readonly attributes: string
  /** Of the weights. */
  readonly type: 'float32' | 'int8' | 'uint8'
  readonly directions: number
  readonly steps?: number
  readonly inputs?: number
  readonly states?: boolean
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 }

function textOf({
  operator,
  attributes,
  type,
  directions,
  steps = 4,
  inputs = 5,
  states = false,
}: Model): string {
  const rows = gates[operator] * 6
  const weight = (name: string, columns: number) => {
    const shape = `${directions},${rows},${columns}`
    if (type === 'float32') return { lines: '', input: `float32[${shape}] {${some}}` }
    const quanta = `${type}[${shape}] {3 100 27 5 90 1 77 12 110 64}`
    const scales = `float32[${rows}] {0.01 0.02 0.005}`
    const zeros = `${type}[${rows}] {50 60 40 55}`
    const lines = `${name}: float32[${shape}] = DequantizeLinear(${quanta}, ${scales}, ${zeros}) {axis=1}`
    return { lines, input: name }
  }
  const [w, r] = [weight('w', inputs), weight('r', 6)]
  const state = `float32[${directions},2,6]`
  const outputs = ['c', 'd', 'e'].slice(0, operator === 'LSTM' ? 3 : 2)
  const initial = states
    ? `, _, ${outputs
        .slice(1)
        .map((name) => `h${name}`)
        .join(', ')}`
    : ''
  const list = outputs.map(
    (name, index) => `${name}: ${index ? state : `float32[${steps},${directions},2,6]`}`,
  )
  return `
    input a: uint8[${steps},2,${inputs}]
    ${
      states
        ? outputs
            .slice(1)
            .map((name) => `input h${name}: ${state}`)
            .join('\n')
        : ''
    }
    x: float32[${steps},2,${inputs}] = DequantizeLinear(a, float32 0.03, uint8 100)
    ${w.lines}
    ${r.lines}
    ${list.join(', ')} = ${operator}(x, ${w.input}, ${r.input}, float32[${directions},${2 * rows}] {${some}}${initial}) {hidden_size=6${attributes}}
    q: int8[${steps},${directions},2,6] = QuantizeLinear(c, float32 0.0078125, int8 3)
    output q
    ${outputs
      .slice(1)
      .map((name) => `output ${name}`)
      .join('\n')}`
}

const forms: readonly (readonly [Model['operator'], string, number])[] = [
  ['LSTM', '', 1],
  ['LSTM', ', direction="bidirectional", input_forget=1', 2],
  ['LSTM', ', activations={"strings":["HardSigmoid","Tanh","Relu"]}', 1],
  ['GRU', ', direction="reverse", linear_before_reset=1', 1],
  ['GRU', ', direction="bidirectional", clip=float 0.5', 2],
  ['RNN', '', 1],
  ['RNN', ', direction="bidirectional", activations={"strings":["HardSigmoid","LeakyRelu"]}', 2],
]

describe.each(forms)('%s {hidden_size=6%s}', (operator, attributes, directions) => {
  it.each(['float32', 'int8', 'uint8'] as const)('with %s weights is exact', async (type) => {
    expect(await againstOracle(textOf({ operator, attributes, type, directions }))).toBe('exact')
  })

  it('takes its first states from inputs', async () => {
    const text = textOf({ operator, attributes, type: 'int8', directions, states: true })
    expect(await againstOracle(text)).toBe('exact')
  })
})

it('long rows are exact, with weights that the reference has packed and that it has not', async () => {
  for (const type of ['float32', 'int8'] as const) {
    const text = textOf({ operator: 'LSTM', attributes: '', type, directions: 1, steps: 2, inputs: 700 })
    expect(await againstOracle(text)).toBe('exact')
  }
})

it('weights that the model itself turns are exact, folded constants and dequantized ones', async () => {
  const shape = 'float32[1,24,700]'
  const turned = (source: string) => `w: ${shape} = Transpose(${source}) {perm=[0,2,1]}`
  const plain = textOf({
    operator: 'LSTM',
    attributes: '',
    type: 'int8',
    directions: 1,
    steps: 2,
    inputs: 700,
  })
  const line = plain.split('\n').find((text) => text.includes('w: float32'))!
  const folded = plain.replace(line, turned(`float32[1,700,24] {${some}}`))
  const quanta =
    'v: float32[1,700,24] = DequantizeLinear(int8[1,700,24] {3 100 27 5 90 1}, float32 0.01, int8 5)'
  const dequantized = plain.replace(line, `${quanta}\n${turned('v')}`)
  expect(await againstOracle(folded)).toBe('exact')
  expect(await againstOracle(dequantized)).toBe('exact')
})

it('reads quanta itself, and keeps 8-bit weights', () => {
  const graph = normalizedGraph(textOf({ operator: 'LSTM', attributes: '', type: 'int8', directions: 1 }))
  expect(graph.nodes.map(({ operator }) => operator)).toEqual(['recurrent', 'quantize'])
  const [layer] = graph.nodes as unknown as { attributes: { inputWeight: { values: { type: string } } } }[]
  expect(layer!.attributes.inputWeight.values.type).toBe('int8')
})

describe('refused by name:', () => {
  const plain = textOf({ operator: 'LSTM', attributes: '', type: 'int8', directions: 1 })
  it.each([
    ['layout 1', plain.replace('hidden_size=6', 'hidden_size=6, layout=1'), 'unsupported-attribute'],
    [
      'a function without an established form',
      plain.replace('hidden_size=6', 'hidden_size=6, activations={"strings":["Sigmoid","Elu","Tanh"]}'),
      'unsupported-attribute',
    ],
    [
      'lengths below the whole',
      plain.replace(/(float32\[1,48\] \{[^}]*\})/, '$1, int32[2] {4 3}'),
      'unsupported-feature',
    ],
    ['a limit of 0', plain.replace('hidden_size=6', 'hidden_size=6, clip=float 0'), 'malformed-model'],
  ])('%s', (_, text, code) => {
    expect(refusals(() => normalizedGraph(text)).map((refusal) => refusal.split(' ')[0])).toContain(code)
    expect(problemsOf(() => normalizedGraph(text))[0]!.operator).toBe('LSTM')
  })

  it('not lengths that are the whole', async () => {
    const text = plain.replace(/(float32\[1,48\] \{[^}]*\})/, '$1, int32[2] {4 4}')
    expect(await againstOracle(text)).toBe('exact')
  })
})

/** `zero`: of both weights. */
const dynamic = (type: 'int8' | 'uint8', zero: string, attributes = '') => `
  input x: float32[5,2,9]
  c: float32[5,1,2,6], d: float32[1,2,6], e: float32[1,2,6] = com.microsoft.DynamicQuantizeLSTM(x, ${type}[1,9,24] {3 100 27 5 90 1}, ${type}[1,6,24] {77 12 110 64 9}, float32[1,48] {${some}}, _, _, _, _, float32[1] {0.01}, ${type}${zero}, float32[1] {0.02}, ${type}${zero}) {hidden_size=6${attributes}}
  output c
  output e`

describe('com.microsoft.DynamicQuantizeLSTM', () => {
  it.each(['int8', 'uint8'] as const)('of %s weights is exact', async (type) => {
    expect(await againstOracle(dynamic(type, '[1] {50}'))).toBe('exact')
    expect(await againstOracle(dynamic(type, '[1] {0}', ', direction="reverse"'))).toBe('exact')
  })

  it('with several zero points is refused: the oracle opens it, but does not run it', async () => {
    const several = dynamic('uint8', '[1,24] {50 51}').replaceAll('float32[1] {0.0', 'float32[1,24] {0.0')
    expect(await againstOracle(several)).toBe('refused unsupported-feature com.microsoft.DynamicQuantizeLSTM')
  })
})
