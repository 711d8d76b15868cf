// SPDX-License-Identifier: Apache-2.0
// Attributes of ONNX recurrent layers: directions, functions with their parameters, limits.
import type { Activation, GateFunction, RecurrentAttributes } from '../../ir/recurrent-operators.js'
import type { OnnxNode } from '../onnx.js'

type Cell = RecurrentAttributes['cell']

const directions: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
}

/** One entry per direction: whether it runs from the last step to the first. */
export function directionsOf(node: OnnxNode): readonly boolean[] {
  const name = node.string('direction', 'forward')
  const reversed = directions[name]
  if (reversed) return reversed
  const remedy = 'Use forward, reverse or bidirectional.'
  throw node.error('malformed-model', `Direction "${name}" does not exist`, remedy, 'direction')
}

const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127

/** Without the attribute LSTM and GRU limit to the range of float32 (an infinity does not stay one), RNN not at all. */
export function clipOf(node: OnnxNode, cell: Cell): number | null {
  const clip = node.float('clip', cell === 'rnn' ? -1 : FLOAT32_MAX)
  if (clip > 0) return clip
  if (cell === 'rnn' && !('clip' in node.node.attributes)) return null
  throw node.error('malformed-model', `clip is ${clip}`, 'Make it greater than 0, or leave it out.', 'clip')
}

const defaults: Record<Cell, readonly string[]> = {
  lstm: ['Sigmoid', 'Tanh', 'Tanh'],
  gru: ['Sigmoid', 'Tanh'],
  rnn: ['Tanh'],
}

/** ONNX name: Caplet's, and which parameters it takes, with the reference's defaults. */
const functions: Readonly<Record<string, { name: GateFunction; alpha?: number; beta?: number }>> = {
  Affine: { name: 'affine', alpha: 0, beta: 0 },
  HardSigmoid: { name: 'hardsigmoid', alpha: 0.2, beta: 0.5 },
  LeakyRelu: { name: 'leakyrelu', alpha: 0.01 },
  Relu: { name: 'relu' },
  Sigmoid: { name: 'sigmoid' },
  Softsign: { name: 'softsign' },
  Tanh: { name: 'tanh' },
  ThresholdedRelu: { name: 'thresholdedrelu', alpha: 0 },
}

/** Functions that take parameters consume the lists in turn. */
export function activationsOf(node: OnnxNode, cell: Cell): Activation[] {
  const count = directionsOf(node).length * defaults[cell].length
  const given = node.node.attributes.activations as string[] | undefined
  const names = given ?? Array.from({ length: count }, (_, i) => defaults[cell][i % defaults[cell].length]!)
  if (names.length !== count) {
    const remedy = `Give ${count} functions, or none.`
    throw node.error('malformed-model', `It has ${names.length} activations`, remedy, 'activations')
  }
  const alphas = [...((node.node.attributes.activation_alpha as number[] | undefined) ?? [])]
  const betas = [...((node.node.attributes.activation_beta as number[] | undefined) ?? [])]
  const next = (list: number[], fallback: number | undefined) =>
    Math.fround(fallback === undefined ? 0 : (list.shift() ?? fallback))
  return names.map((name) => {
    const known = functions[name]
    if (!known) throw unknownFunction(node, name)
    return { name: known.name, alpha: next(alphas, known.alpha), beta: next(betas, known.beta) }
  })
}

const unknownFunction = (node: OnnxNode, name: string) =>
  node.error(
    'unsupported-attribute',
    `Its activation ${name} has no established float32 form`,
    `Train with one of ${Object.keys(functions).join(', ')}.`,
    'activations',
  )
