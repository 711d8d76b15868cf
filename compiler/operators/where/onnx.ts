// SPDX-License-Identifier: Apache-2.0
// ONNX Where, and QLinearWhere, which the reference makes of it between DQ and Q.
import type { ElementType } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { ComputedFloat } from '../../passes/convert/floats.js'
import { dequantizeTable } from '../../passes/convert/tables.js'
import type { Target } from '../../passes/convert/values.js'
import { defaultZeroPoint } from '../fused.js'
import { broadcast, type FusedNode, type OnnxNode, type OnnxOperator, type QuantizedGroup } from '../onnx.js'
import { plainType } from '../reference-types.js'
import { scalarQuantization } from '../scales.js'
import { reference } from './reference.js'

/** Reference rule: both values dequantized, one Q behind, all of one 8-bit type. */
function fuse(node: OnnxNode, { inputs: [, x, y], output }: QuantizedGroup): FusedNode | null {
  if (!x || !y || !output || x.type !== y.type || x.type !== output.type) return null
  if (x.type !== 'int8' && x.type !== 'uint8') return null
  const values = [x.tensor, x.scaleName, x.zeroPointName, y.tensor, y.scaleName, y.zeroPointName]
  return {
    operator: 'com.microsoft.QLinearWhere',
    inputs: [node.node.inputs[0]!, ...values, output.scaleName, output.zeroPointName],
    attributes: {},
  }
}

function conditionOf(node: OnnxNode, conversion: Conversion): string {
  if (node.type(0).type === 'bool') return conversion.integer(node, 0).tensor
  throw node.error('malformed-model', `Its condition is ${node.type(0).type}`, 'Give it a bool tensor.')
}

const typeOf = (node: OnnxNode): ElementType =>
  node.type(1).type === 'float32' && node.type(2).type === 'float32' ? 'float32' : plainType(node, 1)

const shapeOf = (node: OnnxNode, a: number, b: number): number[] =>
  broadcast(node.shape(0), broadcast(node.shape(a), node.shape(b), node), node)

export const where: OnnxOperator = {
  name: 'Where',
  inputs: [3, 3],
  attributes: {},
  infer: (node) => [{ type: typeOf(node), shape: shapeOf(node, 1, 2) }],
  evaluate: (node, inputs) => {
    const output = { name: '', type: typeOf(node), shape: shapeOf(node, 1, 2) }
    const [value] = reference({ ...node.node, operator: 'where', attributes: {} }, inputs, [output])
    return [{ ...output, data: value!.data }]
  },
  fuse,
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const [type, shape] = [typeOf(node), shapeOf(node, 1, 2)]
    const condition = conditionOf(node, conversion)
    if (type !== 'float32') {
      const inputs = [condition, conversion.integer(node, 1).tensor, conversion.integer(node, 2).tensor]
      const tensor = conversion.emit('where', inputs, { type, shape }, {})
      conversion.define(output, { kind: 'integer', type, shape, tensor })
      return
    }
    const values = [conversion.float(node, 1), conversion.float(node, 2)]
    // Q of what is chosen is what is chosen of Q.
    const emit = (target: Target | null) => {
      const tensors = values.map((value) => (target ? value.quantized(target) : value.stored()))
      return conversion.emit('where', [condition, ...tensors], { type: target?.type ?? 'float32', shape }, {})
    }
    const isNumber = () => values.every((value) => value.isNumber)
    conversion.define(output, new ComputedFloat(conversion, shape, emit, { isNumber }))
  },
}

/** Inputs: condition, X, X_scale, X_zero_point, Y, Y_scale, Y_zero_point, Z_scale, Z_zero_point. */
export const qLinearWhere: OnnxOperator = {
  name: 'com.microsoft.QLinearWhere',
  inputs: [9, 9],
  attributes: {},
  infer: (node) => [{ type: node.type(1).type, shape: shapeOf(node, 1, 4) }],
  convert: (node, conversion) => {
    const name = node.node.outputs[0]!
    const shape = shapeOf(node, 1, 4)
    const type = defaultZeroPoint(node, 8, conversion.quantizedInput(node, 1).type)
    const target = { ...scalarQuantization(node, conversion, 7, type, 'output'), type }
    const tensors = [1, 4].map((input) => {
      const x = conversion.quantizedInput(node, input)
      const quantization = scalarQuantization(node, conversion, input + 1, x.type, 'input')
      const values = dequantizeTable(x.type, quantization)
      const grid = { tensor: x.tensor, type: x.type, values, axis: null, quantization, label: 'requantize' }
      return conversion.grid(x.shape, grid).quantized(target)
    })
    const inputs = [conditionOf(node, conversion), ...tensors]
    const tensor = conversion.emit('where', inputs, { type, shape, name }, {})
    conversion.define(name, { kind: 'integer', type, shape, tensor })
  },
}
