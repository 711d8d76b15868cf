// SPDX-License-Identifier: Apache-2.0
// Cells of every kind with weights over several octaves, so that another order of additions shows in the last bits.
import type {
  Activation,
  GateFunction,
  RecurrentAttributes,
  RecurrentWeight,
} from '../../ir/recurrent-operators.js'
import { allocate, type Constant, sizeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Case = OperatorCase<'recurrent'>
type Cell = RecurrentAttributes['cell']
type WeightKind = 'float32' | 'int8' | 'uint8'

export interface Size {
  readonly steps: number
  readonly batch: number
  readonly inputs: number
  readonly hidden: number
}

export const gatesOf: Record<Cell, number> = { lstm: 4, gru: 3, rnn: 1 }

const defaults: Record<Cell, readonly GateFunction[]> = {
  lstm: ['sigmoid', 'tanh', 'tanh'],
  gru: ['sigmoid', 'tanh'],
  rnn: ['tanh'],
}

const functions: readonly GateFunction[] = [
  'affine',
  'hardsigmoid',
  'leakyrelu',
  'relu',
  'sigmoid',
  'softsign',
  'tanh',
  'thresholdedrelu',
]

/** Values whose sizes spread over eight octaves, down to about `size` / 256. */
export const spread = (random: Random, count: number, size: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.float(-size, size) * 2 ** -random.integer(0, 8))

const floats = (random: Random, shape: readonly number[], size: number): Constant => ({
  type: 'float32',
  shape,
  data: spread(random, sizeOf(shape), size),
})

const extremes = [Number.NaN, Infinity, -Infinity, 0, -0, 3e38, -3e38, 1e-45]

/** Activations; wild ones hold what no real signal does, here and there. */
function signals(random: Random, shape: readonly number[], size: number, isWild: boolean): Constant {
  const constant = floats(random, shape, size)
  const data = constant.data as Float32Array
  return isWild
    ? { ...constant, data: data.map((x) => (random.integer(0, 19) ? x : random.pick(extremes))) }
    : constant
}

function weightOf(
  random: Random,
  kind: WeightKind,
  shape: readonly number[],
  block: number,
): RecurrentWeight {
  if (kind === 'float32') {
    return { values: floats(random, shape, 1), scales: null, zeroPoints: null, block }
  }
  const data = allocate(kind, sizeOf(shape)) as Int8Array
  for (let i = 0; i < data.length; i++) data[i] = random.bits()
  const rows = shape[0]! * shape[1]!
  const scales = Float32Array.from({ length: rows }, () => random.float(0.001, 0.01))
  const zeroPoints = Array.from({ length: rows }, () => random.integer(0, 100))
  return { values: { type: kind, shape, data }, scales, zeroPoints, block }
}

function activationsOf(random: Random, cell: Cell, directions: number, anyFunction: boolean): Activation[] {
  return Array.from({ length: directions }, () => defaults[cell])
    .flat()
    .map((name) => ({
      name: anyFunction ? random.pick(functions) : name,
      alpha: random.float(0.1, 0.9),
      beta: random.float(-0.5, 0.5),
    }))
    .map(({ name, alpha, beta }) => ({
      name,
      alpha: ['affine', 'hardsigmoid', 'leakyrelu', 'thresholdedrelu'].includes(name) ? alpha : 0,
      beta: ['affine', 'hardsigmoid'].includes(name) ? beta : 0,
    }))
}

export interface Choice {
  readonly cell: Cell
  readonly size: Size
  readonly weight: WeightKind
  readonly block: number
  readonly anyFunction: boolean
  readonly inputType: 'float32' | 'int8' | 'uint8'
  readonly arithmetic: 'float' | 'dynamic'
  readonly isWild?: boolean
}

export function caseOf(random: Random, choice: Choice): Case {
  const { cell, size, weight, block, isWild = false } = choice
  const { steps, batch, inputs, hidden } = size
  const reversed = random.pick([[false], [true], [false], [true], [false, true]])
  const [directions, gates] = [reversed.length, gatesOf[cell]]
  const attributes: RecurrentAttributes = {
    cell,
    arithmetic: choice.arithmetic,
    hidden,
    reversed,
    inputWeight: weightOf(random, weight, [directions, gates * hidden, inputs], block),
    stateWeight: weightOf(random, weight, [directions, gates * hidden, hidden], block),
    bias: random.boolean() ? spread(random, directions * 2 * gates * hidden, 1) : null,
    peepholes: cell === 'lstm' && random.boolean() ? spread(random, directions * 3 * hidden, 1) : null,
    clip: random.boolean() ? random.float(0.1, 2) : cell === 'rnn' ? null : (2 - 2 ** -23) * 2 ** 127,
    activations: activationsOf(random, cell, directions, choice.anyFunction),
    couplesForget: cell === 'lstm' && random.boolean(),
    linearBeforeReset: cell === 'gru' && random.boolean(),
    hasInitialHidden: random.boolean(),
    hasInitialCell: cell === 'lstm' && random.boolean(),
    inputValues: choice.inputType === 'float32' ? null : spread(random, 256, 4),
    yields: cell === 'lstm' ? ['sequence', 'hidden', 'cell'] : ['sequence', 'hidden'],
  }
  const state = [directions, batch, hidden]
  const x =
    choice.inputType === 'float32'
      ? signals(random, [steps, batch, inputs], 4, isWild)
      : random.tensor(choice.inputType, [steps, batch, inputs])
  const states = [attributes.hasInitialHidden, attributes.hasInitialCell].flatMap((has) =>
    has ? [signals(random, state, 1, isWild)] : [],
  )
  const shapes = [[steps, directions, batch, hidden], state, ...(cell === 'lstm' ? [state] : [])]
  return {
    name: `${cell} ${JSON.stringify(size)}`,
    operator: 'recurrent',
    attributes,
    inputs: [x, ...states],
    outputs: shapes.map((shape) => ({ type: 'float32' as const, shape })),
  }
}

const small: Size = { steps: 3, batch: 2, inputs: 5, hidden: 7 }
const plain = {
  size: small,
  block: 256,
  anyFunction: false,
  inputType: 'float32',
  arithmetic: 'float',
} as const

export const cases = (random: Random): Case[] => [
  ...(['lstm', 'gru', 'rnn'] as const).flatMap((cell) => [
    caseOf(random, { ...plain, cell, weight: 'float32' }),
    caseOf(random, { ...plain, cell, weight: 'int8', inputType: 'uint8' }),
  ]),
  caseOf(random, { ...plain, cell: 'lstm', weight: 'int8', arithmetic: 'dynamic' }),
]

export function randomCase(random: Random): Case {
  const cell = random.pick(['lstm', 'gru', 'rnn'] as const)
  const arithmetic = cell === 'lstm' && random.integer(0, 3) === 0 ? 'dynamic' : 'float'
  const isDynamic = arithmetic === 'dynamic'
  return caseOf(random, {
    cell,
    arithmetic,
    size: {
      steps: random.integer(1, 3),
      batch: random.integer(1, 3),
      inputs: random.integer(1, 40),
      hidden: random.integer(1, 12),
    },
    weight: random.pick(isDynamic ? ['int8', 'uint8'] : ['float32', 'int8', 'uint8']),
    block: random.pick([16, 256]),
    anyFunction: random.boolean(),
    inputType: isDynamic ? 'float32' : random.pick(['float32', 'int8', 'uint8'] as const),
    isWild: random.integer(0, 3) === 0,
  })
}
