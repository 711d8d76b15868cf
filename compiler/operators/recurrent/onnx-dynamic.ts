// SPDX-License-Identifier: Apache-2.0
// com.microsoft.DynamicQuantizeLSTM: what onnxruntime's quantize_dynamic makes of an LSTM. Inputs as of LSTM, the weights
// 8-bit and transposed; then scale and zero point of both. X is quantized at once, the batch's state in each step.
import type { RecurrentWeight } from '../../ir/recurrent-operators.js'
import { allocate, type Constant } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { checkedScales } from '../scales.js'
import { activationsOf, clipOf, directionsOf } from './onnx-attributes.js'
import { defineRecurrent, floatParameter, layerShapes, lstmAttributes, refuseLengths } from './onnx-layer.js'

export const dynamicQuantizeLstm: OnnxOperator = {
  name: 'com.microsoft.DynamicQuantizeLSTM',
  inputs: [12, 12],
  attributes: lstmAttributes,
  infer: (node) => layerShapes(node).outputs(3),
  convert: (node, conversion) => {
    refuseLengths(node, conversion)
    const { hidden, directions, depth } = layerShapes(node)
    const weight = (input: number, parameters: number, columns: number) =>
      dynamicWeight(node, conversion, input, parameters, [directions, columns, 4 * hidden])
    const [inputWeight, stateWeight] = [weight(1, 8, depth), weight(2, 10, hidden)]
    if (inputWeight.values.type !== stateWeight.values.type) {
      const remedy = 'Quantize both to int8, or both to uint8.'
      throw node.error('unsupported-type', 'One weight is signed, the other is not', remedy)
    }
    const layer = {
      cell: 'lstm',
      arithmetic: 'dynamic',
      hidden,
      reversed: directionsOf(node),
      inputWeight,
      stateWeight,
      bias: floatParameter(node, conversion, 3, 'bias', directions * 8 * hidden),
      peepholes: floatParameter(node, conversion, 7, 'peephole weight', directions * 3 * hidden),
      clip: clipOf(node, 'lstm'),
      activations: activationsOf(node, 'lstm'),
      couplesForget: node.int('input_forget', 0) !== 0,
      linearBeforeReset: false,
    } as const
    defineRecurrent(node, conversion, layer, { hidden: 5, cell: 6 })
  },
}

/** A constant [directions, depth, rows] as rows, with one scale and zero point per row. */
function dynamicWeight(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  parameters: number,
  shape: readonly [number, number, number],
): RecurrentWeight {
  const what = input === 1 ? 'weight' : 'recurrence weight'
  const constant = conversion.requiredConstant(node, input, `the ${what}`)
  const scale = conversion.requiredConstant(node, parameters, `the scale of the ${what}`)
  const zeroPoint = conversion.requiredConstant(node, parameters + 1, `the zero point of the ${what}`)
  const [directions, depth, rows] = shape
  const is8Bit = constant.type === 'int8' || constant.type === 'uint8'
  if (!is8Bit || zeroPoint.type !== constant.type || `${constant.shape}` !== `${shape}`) {
    const remedy = `Give it int8 or uint8 of shape [${shape}], and a zero point of the same type.`
    throw node.error('malformed-model', `Its ${what} is ${constant.type} [${constant.shape}]`, remedy)
  }
  if (depth * 255 * 255 >= 2 ** 31) {
    const remedy = 'Make the layer smaller.'
    throw node.error('accumulator-overflow', `Sums of ${depth} products may leave 32 bits`, remedy)
  }
  const zeros = perRow(node, zeroPoint, directions, rows, `zero point of the ${what}`)
  if (zeroPoint.shape.length === 2) requireOneZeroPoint(node, zeros, constant.type === 'int8')
  const checked: Constant = { ...scale, data: checkedScales(node, scale, 'scale') }
  return {
    values: { type: constant.type, shape: [directions, rows, depth], data: transposed(constant, shape) },
    scales: Float32Array.from(perRow(node, checked, directions, rows, `scale of the ${what}`)),
    zeroPoints: zeros,
    block: depth,
  }
}

/** [directions], or [directions, rows]. */
function perRow(
  node: OnnxNode,
  { shape, data }: Constant,
  directions: number,
  rows: number,
  what: string,
): number[] {
  const isPerRow = `${shape}` === `${[directions, rows]}`
  if (!isPerRow && `${shape}` !== `${directions}`) {
    const remedy = `Give it [${directions}] or [${directions}, ${rows}].`
    throw node.error('malformed-model', `The ${what} is [${shape}]`, remedy)
  }
  const values = Array.from(data as ArrayLike<number>)
  return Array.from({ length: directions * rows }, (_, at) => values[isPerRow ? at : Math.floor(at / rows)]!)
}

/** With a zero point per row the reference takes only equal ones, and of int8 only 0. */
function requireOneZeroPoint(node: OnnxNode, zeros: readonly number[], isSigned: boolean) {
  if (zeros.every((zero) => zero === (isSigned ? 0 : zeros[0]))) return
  const remedy = 'Quantize its weights symmetrically.'
  throw node.error('unsupported-feature', 'Its weights have several zero points', remedy)
}

function transposed({ type, data }: Constant, [directions, depth, rows]: readonly [number, number, number]) {
  const result = allocate(type, data.length) as Int8Array
  for (let direction = 0; direction < directions; direction++) {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < depth; k++) {
        result[(direction * rows + row) * depth + k] = Number(data[(direction * depth + k) * rows + row])
      }
    }
  }
  return result
}
