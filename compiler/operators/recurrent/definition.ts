// SPDX-License-Identifier: Apache-2.0
// recurrent: LSTM, GRU and RNN layers in float32, in the order of the reference's sums; one step per direction.
import type { KernelConstant, Step } from '../../codegen/program.js'
import type { RecurrentOutput } from '../../ir/recurrent-operators.js'
import { defineOperator, type LoweringContext, type TypedNode } from '../definition.js'
import { elementType } from '../element-type.js'
import { inputValues } from '../input-values.js'
import { joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { methodsOf } from './activations.js'
import { reference } from './reference.js'
import { type DirectionConstants, directionConstants, encodeRows, gatesOf, rowBytes } from './rows.js'

type RecurrentNode = TypedNode<'recurrent'>
type Constants = Record<string, KernelConstant>

/** Rows of weights in memory at a time: at most so many bytes, or one row. */
const mostTileBytes = 4096

export const recurrent = defineOperator({
  name: 'recurrent',
  summary: 'LSTM, GRU and RNN layers in float32, with static or dynamically quantized weights',
  layout: 'row_major',
  reference,
  lower: (node, context) => node.attributes.reversed.map((_, direction) => stepOf(node, context, direction)),
})

function stepOf(node: RecurrentNode, context: LoweringContext, direction: number): Step {
  const { attributes } = node
  const { inputWeight, stateWeight, hidden } = attributes
  const input = context.tensor(node.inputs[0]!)
  const [steps, batch, depth] = input.shape as [number, number, number]
  const values = inputValues(attributes.inputValues, input.type)
  const constants = directionConstants(attributes, direction, values.segment)
  const rows = [inputWeight, stateWeight].map((weight) => encodeRows(weight, direction))
  const room = scratchOf(node, { steps, batch, depth }, constants.bytes.length)
  const gates = gatesOf[attributes.cell]
  const weightType = inputWeight.values.type
  return {
    ...noWork,
    name: node.name,
    operator: node.operator,
    kernel: 'recurrent',
    constants: {
      INPUT: { kind: 'address', tensor: input.name },
      INPUT_ELEMENT: { kind: 'type', value: elementType(node, input) },
      ...values.constants,
      WEIGHT: { kind: 'type', value: weightType === 'float32' ? 'f32' : weightType === 'int8' ? 'i8' : 'u8' },
      SEGMENT: { kind: 'segment', offset: 0 },
      INPUT_ROWS: { kind: 'segment', offset: constants.bytes.length },
      INPUT_ROW_BYTES: { kind: 'usize', value: rowBytes(inputWeight) },
      STATE_ROWS: { kind: 'segment', offset: constants.bytes.length + rows[0]!.length },
      STATE_ROW_BYTES: { kind: 'usize', value: rowBytes(stateWeight) },
      CONSTANT_BYTES: { kind: 'usize', value: constants.bytes.length },
      STEPS: { kind: 'usize', value: steps },
      BATCH: { kind: 'usize', value: batch },
      INPUTS: { kind: 'usize', value: depth },
      HIDDEN: { kind: 'usize', value: hidden },
      UNIT_GATES: { kind: 'usize', value: gates },
      GATE_BYTES: { kind: 'usize', value: gates * hidden * 4 },
      INPUT_BLOCK: { kind: 'usize', value: inputWeight.block },
      STATE_BLOCK: { kind: 'usize', value: stateWeight.block },
      ...room.constants,
      ...cellConstants(node, direction, constants),
      ...edgeConstants(node, direction, batch),
    },
    inputs: [...node.inputs, ...(direction > 0 ? node.outputs : [])],
    outputs: [...node.outputs],
    scratchBytes: room.bytes,
    segment: joinBytes([constants.bytes, ...rows]),
    macs: steps * batch * gates * hidden * (depth + hidden),
    weightBytes: gates * hidden * (depth + hidden) * inputWeight.values.data.BYTES_PER_ELEMENT,
  }
}

/** Places in scratch, each a multiple of 8 bytes. */
function scratchOf(
  { attributes }: RecurrentNode,
  { steps, batch, depth }: { steps: number; batch: number; depth: number },
  constantBytes: number,
): { constants: Constants; bytes: number } {
  const { cell, arithmetic, hidden, inputValues } = attributes
  const isDynamic = arithmetic === 'dynamic'
  const state = batch * hidden * 4
  const gates = gatesOf[cell] * state
  const sizes: Record<string, number> = {
    TABLE: constantBytes,
    HIDDEN_STATE: state,
    CELL_STATE: cell === 'lstm' ? state : 0,
    GATES: gates,
    KEPT: cell === 'lstm' ? 0 : gates,
    VECTORS: inputValues ? batch * depth * 4 : 0,
    QUANTA: isDynamic ? steps * batch * depth : 0,
    STATE_QUANTA: isDynamic ? batch * hidden : 0,
    TILE: tileBytesOf(attributes),
  }
  const constants: Constants = {}
  let at = 0
  for (const [name, size] of Object.entries(sizes)) {
    constants[name] = { kind: 'scratch', offset: at }
    at += Math.ceil(size / 8) * 8
  }
  constants.TILE_BYTES = { kind: 'usize', value: sizes.TILE! }
  return { constants, bytes: at }
}

/** As many rows as there are at most, or as fit. */
function tileBytesOf({ cell, hidden, inputWeight, stateWeight }: RecurrentNode['attributes']): number {
  const longest = Math.max(rowBytes(inputWeight), rowBytes(stateWeight))
  return Math.max(longest, Math.min(mostTileBytes, longest * gatesOf[cell] * hidden))
}

const cellNumbers = { lstm: 0, gru: 1, rnn: 2 }
const methodNumbers = { vector: 0, rational: 1, exponential: 2, merged: 3 }
const functionNumbers = {
  sigmoid: 0,
  tanh: 1,
  relu: 2,
  affine: 3,
  leakyrelu: 4,
  thresholdedrelu: 5,
  hardsigmoid: 6,
  softsign: 7,
}

function cellConstants(
  { attributes }: RecurrentNode,
  direction: number,
  constants: DirectionConstants,
): Constants {
  const { cell, clip, bias, activations } = attributes
  const methods = methodsOf(cell)
  const functions = ['F', 'G', 'H'].map((letter, index) => {
    const chosen = index < methods.length ? activations[direction * methods.length + index]! : null
    return {
      [letter]: { kind: 'i32', value: functionNumbers[chosen?.name ?? 'tanh'] },
      [`ALPHA_${letter}`]: { kind: 'f32', value: chosen?.alpha ?? 0 },
      [`BETA_${letter}`]: { kind: 'f32', value: chosen?.beta ?? 0 },
    } satisfies Constants
  })
  return {
    CELL: { kind: 'i32', value: cellNumbers[cell] },
    METHOD: { kind: 'i32', value: methodNumbers[methods[0]!] },
    ...functions[0],
    ...functions[1],
    ...functions[2],
    POWERS: { kind: 'scratch', offset: constants.powers },
    BIASES: { kind: 'scratch', offset: constants.biases },
    PEEPHOLES: { kind: 'scratch', offset: constants.peepholes },
    HAS_BIAS: { kind: 'bool', value: bias !== null },
    HAS_PEEPHOLES: { kind: 'bool', value: attributes.peepholes !== null },
    HAS_CLIP: { kind: 'bool', value: clip !== null },
    CLIP: { kind: 'f32', value: clip ?? 0 },
    COUPLES_FORGET: { kind: 'bool', value: attributes.couplesForget },
    IS_LINEAR: { kind: 'bool', value: attributes.linearBeforeReset },
    IS_DYNAMIC: { kind: 'bool', value: attributes.arithmetic === 'dynamic' },
    IS_REVERSED: { kind: 'bool', value: attributes.reversed[direction]! },
  }
}

/** Initial states and outputs: the direction's part of each. */
function edgeConstants(node: RecurrentNode, direction: number, batch: number): Constants {
  const { hidden, reversed, hasInitialHidden, hasInitialCell, yields } = node.attributes
  const offset = direction * batch * hidden * 4
  const place = (tensor: string | undefined): KernelConstant =>
    tensor === undefined ? { kind: 'usize', value: 0 } : { kind: 'address', tensor, offset }
  const output = (name: RecurrentOutput) => node.outputs[yields.indexOf(name)]
  return {
    HAS_INITIAL_HIDDEN: { kind: 'bool', value: hasInitialHidden },
    INITIAL_HIDDEN: place(hasInitialHidden ? node.inputs[1] : undefined),
    HAS_INITIAL_CELL: { kind: 'bool', value: hasInitialCell },
    INITIAL_CELL: place(hasInitialCell ? node.inputs[hasInitialHidden ? 2 : 1] : undefined),
    HAS_SEQUENCE: { kind: 'bool', value: yields.includes('sequence') },
    OUTPUT: place(output('sequence')),
    OUTPUT_STEP: { kind: 'usize', value: reversed.length * batch * hidden * 4 },
    HAS_FINAL_HIDDEN: { kind: 'bool', value: yields.includes('hidden') },
    FINAL_HIDDEN: place(output('hidden')),
    HAS_CELL_OUTPUT: { kind: 'bool', value: yields.includes('cell') },
    CELL_OUTPUT: place(output('cell')),
  }
}
