// SPDX-License-Identifier: Apache-2.0
// Raw float32 cells against the oracle, bit for bit. CELLS=4000 asks for that many of each kind.
import { expect, it } from 'vitest'
import type { Attribute, Initializer } from '../../../runtime/oracle/write-model.js'
import type { RecurrentWeight } from '../../ir/recurrent-operators.js'
import { blockOf } from '../../passes/convert/float-sums.js'
import { compareWithOracle, type OnnxForm } from '../oracle-bench.js'
import { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { caseOf, gatesOf } from './cases.js'

const count = Number(process.env.CELLS ?? 40)

type Case = OperatorCase<'recurrent'>

/** Weights are initializers, or further inputs of the model: then the reference has not packed them. */
interface Placed {
  readonly operatorCase: Case
  readonly form: OnnxForm
}

const absent: Initializer = { name: '', type: 'float32', shape: [0], data: new Float32Array(0) }

function place(random: Random, cell: 'lstm' | 'gru' | 'rnn'): Placed {
  const isLarge = random.integer(0, 9) === 0
  const size = {
    steps: random.integer(1, 4),
    batch: random.integer(1, 3),
    inputs: random.integer(1, isLarge ? 600 : 12),
    hidden: random.integer(1, isLarge ? 300 : 12),
  }
  const isPacked = random.boolean()
  const block = isPacked && cell !== 'rnn' ? 256 : blockOf(gatesOf[cell] * size.hidden)
  const float = { weight: 'float32', inputType: 'float32', arithmetic: 'float' } as const
  const plain = caseOf(random, {
    cell,
    size,
    block,
    ...float,
    anyFunction: random.boolean(),
    isWild: random.integer(0, 3) === 0,
  })
  const { inputWeight, stateWeight } = plain.attributes
  const weights = isPacked ? [] : [inputWeight.values, stateWeight.values]
  const operatorCase = { ...plain, inputs: [...plain.inputs, ...weights] }
  return { operatorCase, form: formOf(plain, isPacked) }
}

function formOf({ attributes, inputs }: Case, isPacked: boolean): OnnxForm {
  const { cell, reversed, inputWeight, stateWeight, bias, peepholes, hasInitialHidden, hasInitialCell } =
    attributes
  const list = (name: string, data: Float32Array | null): Initializer =>
    data ? { name, type: 'float32', shape: [reversed.length, data.length / reversed.length], data } : absent
  const weight = (name: string, index: number) => {
    const { shape, data } = [inputWeight, stateWeight][index]!.values
    return isPacked ? { name, type: 'float32', shape, data: data as Float32Array } : inputs.length + index
  }
  const hidden = hasInitialHidden ? 1 : absent
  const cellState = hasInitialCell ? (hasInitialHidden ? 2 : 1) : absent
  return {
    operator: cell.toUpperCase(),
    inputs: [
      0,
      weight('w', 0),
      weight('r', 1),
      list('b', bias),
      absent,
      hidden,
      ...(cell === 'lstm' ? [cellState, list('p', peepholes)] : []),
    ],
    attributes: attributesOf(attributes),
  }
}

const onnxNames = {
  affine: 'Affine',
  hardsigmoid: 'HardSigmoid',
  leakyrelu: 'LeakyRelu',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  softsign: 'Softsign',
  tanh: 'Tanh',
  thresholdedrelu: 'ThresholdedRelu',
}
const takesAlpha = ['affine', 'hardsigmoid', 'leakyrelu', 'thresholdedrelu']
const takesBeta = ['affine', 'hardsigmoid']

/** What quantize_dynamic writes: weights transposed, one scale per direction or per row. */
function placeDynamic(random: Random): Placed {
  const size = {
    steps: random.integer(1, 4),
    batch: random.integer(1, 3),
    inputs: random.integer(1, 70),
    hidden: random.integer(1, 12),
  }
  const weight = random.pick(['int8', 'uint8'] as const)
  const dynamic = { weight, inputType: 'float32', arithmetic: 'dynamic', block: 1 } as const
  const isWild = random.integer(0, 3) === 0
  const plain = caseOf(random, { cell: 'lstm', size, ...dynamic, anyFunction: random.boolean(), isWild })
  const isPerRow = random.boolean()
  const rows = 4 * size.hidden
  const each = (of: RecurrentWeight): RecurrentWeight => {
    const first = (at: number) => Math.floor(at / rows) * rows
    const zeroPoint = (at: number) =>
      isPerRow ? (weight === 'int8' ? 0 : of.zeroPoints![0]!) : of.zeroPoints![first(at)]!
    return {
      ...of,
      scales: of.scales!.map((scale, at) => (isPerRow ? scale : of.scales![first(at)]!)),
      zeroPoints: of.zeroPoints!.map((_, at) => zeroPoint(at)),
    }
  }
  const { inputWeight, stateWeight } = plain.attributes
  const attributes = {
    ...plain.attributes,
    inputWeight: each(inputWeight),
    stateWeight: each(stateWeight),
  }
  const operatorCase = { ...plain, attributes }
  const form = formOf(operatorCase, true)
  const quantized = [attributes.inputWeight, attributes.stateWeight].map((of, index) =>
    initializersOf(of, `q${index}`, isPerRow),
  )
  const inputs = [...form.inputs]
  inputs.splice(1, 2, quantized[0]![0]!, quantized[1]![0]!)
  const parameters = quantized.flatMap(([, scale, zero]) => [scale!, zero!])
  const dynamicForm = { ...form, operator: 'DynamicQuantizeLSTM', domain: 'com.microsoft' }
  return { operatorCase, form: { ...dynamicForm, inputs: [...inputs, ...parameters] } }
}

/** Weight, scale and zero point. */
function initializersOf(of: RecurrentWeight, name: string, isPerRow: boolean): Initializer[] {
  const [directions, rows, depth] = of.values.shape as [number, number, number]
  const { type } = of.values
  const make = (length: number, value: (at: number) => number) => {
    const values = Array.from({ length }, (_, at) => value(at))
    return type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values)
  }
  const at = (d: number, k: number, row: number) => Number(of.values.data[(d * rows + row) * depth + k])
  const data = make(directions * depth * rows, (i) =>
    at(Math.floor(i / rows / depth), Math.floor(i / rows) % depth, i % rows),
  )
  const shape = isPerRow ? [directions, rows] : [directions]
  const step = isPerRow ? 1 : rows
  const count = (directions * rows) / step
  const scales = Float32Array.from({ length: count }, (_, i) => of.scales![i * step]!)
  return [
    { name: `${name}w`, type, shape: [directions, depth, rows], data },
    { name: `${name}s`, type: 'float32', shape, data: scales },
    { name: `${name}z`, type, shape, data: make(count, (i) => of.zeroPoints![i * step]!) },
  ]
}

function attributesOf(of: Case['attributes']): Record<string, Attribute> {
  const { cell, activations, clip, reversed } = of
  const parameters = (takes: readonly string[], which: 'alpha' | 'beta') => ({
    floats: activations.filter(({ name }) => takes.includes(name)).map((activation) => activation[which]),
  })
  return {
    hidden_size: of.hidden,
    direction: reversed.length === 2 ? 'bidirectional' : reversed[0] ? 'reverse' : 'forward',
    activations: { strings: activations.map(({ name }) => onnxNames[name]) },
    activation_alpha: parameters(takesAlpha, 'alpha'),
    activation_beta: parameters(takesBeta, 'beta'),
    ...(clip !== null && clip < 1e9 && { clip: { float: clip } }),
    ...(cell === 'lstm' && { input_forget: of.couplesForget ? 1 : 0 }),
    ...(cell === 'gru' && { linear_before_reset: of.linearBeforeReset ? 1 : 0 }),
  }
}

const makers = {
  lstm: (random: Random) => place(random, 'lstm'),
  gru: (random: Random) => place(random, 'gru'),
  rnn: (random: Random) => place(random, 'rnn'),
  'lstm quantized at run time': placeDynamic,
}

it.each(Object.entries(makers))(
  '%s gives the bits of the oracle',
  async (_, make) => {
    const random = new Random(31)
    const found: string[] = []
    for (let i = 0; i < count; i++) {
      const { operatorCase, form } = make(random)
      const difference = await compareWithOracle(operatorCase, form)
      if (difference) found.push(`${difference} ${JSON.stringify(form.attributes)}`)
    }
    expect(found).toEqual([])
  },
  600_000,
)
