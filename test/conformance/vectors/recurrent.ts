// SPDX-License-Identifier: Apache-2.0
// Vectors of SVDF, run after run, and of UNIDIRECTIONAL_SEQUENCE_LSTM, whose steps are one run.
import { realMultiplier } from '../../../compiler/arithmetic/fixed-point.js'
import { type Data, sizeOf } from '../../../compiler/ir/types.js'
import type { TfliteTensor } from '../../../runtime/oracle/write-tflite.js'
import type { VectorFile } from '../vector-file.js'
import { type Attributes, fixedNamed, modelOf, outputOf, single, typeOf, type Vector } from './vector.js'

/** CMSIS-NN takes an SVDF's offset of the input away, as a zero point; that of other operators it adds. */
export function svdf(file: VectorFile): Vector {
  const [batch, depth] = [file.number('INPUT_BATCHES'), file.number('INPUT_SIZE')]
  const [filters, runs] = [file.number('FEATURE_BATCHES'), file.number('TIME_BATCHES')]
  const rank = file.number('RANK')
  const type = typeOf(file.array(['state']))
  const constant = (name: string, of: string, shape: readonly number[]): TfliteTensor => {
    const data = file.array([name], sizeOf(shape))
    return { name, type: of, shape, data, ...single }
  }
  const zeroPoints = [file.number('INPUT_OFFSET')]
  const tensors: TfliteTensor[] = [
    { name: 'input', type: 'int8', shape: [batch, depth], scales: [1], zeroPoints },
    constant('weights_feature', 'int8', [filters, depth]),
    constant('weights_time', type, [filters, runs]),
    constant('biases', 'int32', [filters / rank]),
    { ...single, name: 'state', type, shape: [batch, filters * runs], isVariable: true },
    outputOf(file, 'int8', [batch, filters / rank]),
  ]
  const inputs = tensors.slice(0, -1).map(({ name }) => name)
  return {
    text: modelOf({ operator: 'SVDF', inputs, options: { rank, activation: 0 } }, tensors),
    attributes: [stage(file, 'IN', 1), stage(file, 'OUT', 2)],
    runs: sequence(file.array(['input_sequence']), batch * depth),
  }
}

/** The features, then the runs. */
const stage =
  (file: VectorFile, name: string, index: number) =>
  (given: Attributes): Attributes => ({
    ...given,
    requantization: {
      ...given.requantization,
      fixed: [{ multiplier: file.number(`MULTIPLIER_${name}`), shift: file.number(`SHIFT_${index}`) }],
      ...{ min: file.number(`${name}_ACTIVATION_MIN`), max: file.number(`${name}_ACTIVATION_MAX`) },
    },
  })

const sequence = (data: Data, length: number): Data[][] =>
  Array.from({ length: data.length / length }, (_, run) => [
    data.slice(run * length, (run + 1) * length) as Data,
  ])

const gates = ['input', 'forget', 'cell', 'output'] as const
const tanh = 4
/** What a curve gives is in 1/32768. */
const curveScale = 2 ** -15

export function lstm(file: VectorFile): Vector {
  const [batch, steps] = [file.number('BATCH_SIZE'), file.number('TIME_STEPS')]
  const [depth, hidden] = [file.number('INPUT_SIZE'), file.number('HIDDEN_SIZE')]
  const data = file.array(['input_tensor'])
  const type = typeOf(data)
  const constants = gateConstants(file, type === 'int8' ? 'int32' : 'int64', depth, hidden)
  const zeroPoints = [-file.number('INPUT_ZERO_POINT')]
  const input = { name: 'input', type, shape: [batch, steps, depth], scales: [1], zeroPoints }
  const state = stateQuantization(file)
  const cell = { scales: [2 ** file.number('CELL_SCALE_POWER')], zeroPoints: [0] }
  const tensors: TfliteTensor[] = [
    ...[input, ...constants.ofInput, ...constants.ofState, ...constants.biases],
    { name: 'state', type, shape: [batch, hidden], ...state, isVariable: true },
    { name: 'cell', type: 'int16', shape: [batch, hidden], ...cell, isVariable: true },
    { name: 'output', type, shape: [batch, steps, hidden], ...state },
  ]
  const names = (list: readonly TfliteTensor[]) => list.map(({ name }) => name)
  const inputs = [
    ...['input', ...names(constants.ofInput), ...names(constants.ofState), '', '', ''],
    ...[...names(constants.biases), '', '', 'state', 'cell', '', '', '', ''],
  ]
  const options = { activation: tanh, timeMajor: file.text('TIME_MAJOR') === 'true' }
  return {
    text: modelOf({ operator: 'UNIDIRECTIONAL_SEQUENCE_LSTM', inputs, options }, tensors),
    attributes: [lstmAttributes(file)],
    runs: [[data]],
    output: 'output',
  }
}

/** The scale that gives the multiplier of the output: with another one the reader might refuse the state. */
function stateQuantization(file: VectorFile) {
  const show = realMultiplier(fixedNamed(file, 'OUTPUT'))
  return {
    scales: [Math.fround((curveScale * curveScale) / show)],
    zeroPoints: [file.number('OUTPUT_ZERO_POINT')],
  }
}

function gateConstants(file: VectorFile, biasType: string, depth: number, hidden: number) {
  const constants = (suffix: string, type: string, shape: readonly number[]) =>
    gates.map((gate): TfliteTensor => {
      const name = `${gate}_gate_${suffix}`
      return { name, type, shape, data: file.array([name], sizeOf(shape)), ...single }
    })
  return {
    ofInput: constants('input_weights', 'int8', [hidden, depth]),
    ofState: constants('hidden_weights', 'int8', [hidden, hidden]),
    biases: constants('bias', biasType, [hidden]),
  }
}

const lstmAttributes =
  (file: VectorFile) =>
  (given: Attributes): Attributes => {
    const stated = gates.map((gate) => {
      const by = (of: string) => ({ by: fixedNamed(file, `${gate.toUpperCase()}_GATE_${of}`) })
      const { ofInput, ofState } = given[gate]
      return [gate, { ofInput: { ...ofInput, ...by('INPUT') }, ofState: { ...ofState, ...by('HIDDEN') } }]
    })
    return {
      ...given,
      ...Object.fromEntries(stated),
      keep: fixedNamed(file, 'FORGET_TO_CELL'),
      add: fixedNamed(file, 'INPUT_TO_CELL'),
      show: fixedNamed(file, 'OUTPUT'),
      cellLimit: file.number('CELL_CLIP'),
    }
  }
