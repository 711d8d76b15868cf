// SPDX-License-Identifier: Apache-2.0
// Raw float32 cells against the oracle, bit for bit. CELLS=4000 asks for that many of each kind.
import { expect, it } from 'vitest'
import type { Attribute, Initializer } from '../../../runtime/oracle/write-model.js'
import { blockOf } from '../../passes/convert/float-sums.js'
import { compareWithOracle, type OnnxForm } from '../oracle-bench.js'
import { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { caseOf, gatesOf } from './cases.js'

const count = Number(process.env.CELLS ?? 60)

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

it.each(['lstm', 'gru', 'rnn'] as const)(
  '%s gives the bits of the oracle',
  async (cell) => {
    const random = new Random(31)
    const found: string[] = []
    for (let i = 0; i < count; i++) {
      const { operatorCase, form } = place(random, cell)
      const difference = await compareWithOracle(operatorCase, form)
      if (difference) found.push(`${difference} ${JSON.stringify(form.attributes)}`)
    }
    expect(found).toEqual([])
  },
  600_000,
)
