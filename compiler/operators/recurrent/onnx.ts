// SPDX-License-Identifier: Apache-2.0
// ONNX LSTM, GRU and RNN: float in the reference, in an order that is known (docs/arithmetic.md, "Recurrent layers").
import type { RecurrentAttributes } from '../../ir/recurrent-operators.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { activationsOf, clipOf, directionsOf } from './onnx-attributes.js'
import {
  attributes,
  defineRecurrent,
  floatParameter,
  layerShapes,
  lstmAttributes,
  refuseLengths,
} from './onnx-layer.js'

export { dynamicQuantizeLstm } from './onnx-dynamic.js'

import { floatWeight, sameStorage } from './onnx-weights.js'
import { gatesOf } from './rows.js'

const layout = { layout: 'int' } as const
const gruAttributes = { ...attributes, linear_before_reset: 'int' } as const

/** Attributes that only one kind of cell has. */
const plainCell = {
  arithmetic: 'float',
  peepholes: null,
  couplesForget: false,
  linearBeforeReset: false,
} as const

/** Weights, bias and functions, which the three layers have alike. */
function cellOf(node: OnnxNode, conversion: Conversion, cell: RecurrentAttributes['cell']) {
  const { hidden, directions, depth } = layerShapes(node)
  const rows = gatesOf[cell] * hidden
  const weight = (input: number, columns: number) =>
    floatWeight(node, conversion, input, [directions, rows, columns], cell !== 'rnn')
  const [inputWeight, stateWeight] = sameStorage(weight(1, depth), weight(2, hidden))
  return {
    cell,
    ...plainCell,
    hidden,
    reversed: directionsOf(node),
    inputWeight,
    stateWeight,
    bias: floatParameter(node, conversion, 3, 'bias', directions * 2 * rows),
    clip: clipOf(node, cell),
    activations: activationsOf(node, cell),
  }
}

export const lstm: OnnxOperator = {
  name: 'LSTM',
  inputs: [3, 8],
  attributes: { ...lstmAttributes, ...layout },
  earlier: [{ until: 13, inputs: [3, 8], attributes: lstmAttributes }],
  infer: (node) => layerShapes(node).outputs(3),
  convert: (node, conversion) => {
    refuseLengths(node, conversion)
    const { hidden, directions } = layerShapes(node)
    const cell = {
      ...cellOf(node, conversion, 'lstm'),
      peepholes: floatParameter(node, conversion, 7, 'peephole weight', directions * 3 * hidden),
      couplesForget: node.int('input_forget', 0) !== 0,
    }
    defineRecurrent(node, conversion, cell, { hidden: 5, cell: 6 })
  },
}

export const gru: OnnxOperator = {
  name: 'GRU',
  inputs: [3, 6],
  attributes: { ...gruAttributes, ...layout },
  earlier: [{ until: 13, inputs: [3, 6], attributes: gruAttributes }],
  infer: (node) => layerShapes(node).outputs(2),
  convert: (node, conversion) => {
    refuseLengths(node, conversion)
    const linearBeforeReset = node.int('linear_before_reset', 0) !== 0
    defineRecurrent(
      node,
      conversion,
      { ...cellOf(node, conversion, 'gru'), linearBeforeReset },
      { hidden: 5 },
    )
  },
}

export const rnn: OnnxOperator = {
  name: 'RNN',
  inputs: [3, 6],
  attributes: { ...attributes, ...layout },
  earlier: [{ until: 13, inputs: [3, 6], attributes }],
  infer: (node) => layerShapes(node).outputs(2),
  convert: (node, conversion) => {
    refuseLengths(node, conversion)
    defineRecurrent(node, conversion, cellOf(node, conversion, 'rnn'), { hidden: 5 })
  },
}
