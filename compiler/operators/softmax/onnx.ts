// SPDX-License-Identifier: Apache-2.0
// ONNX Softmax, LogSoftmax and QLinearSoftmax.
import { computedFloat } from '../../passes/convert/computed.js'
import { fuseUnary } from '../average-pool/onnx.js'
import { defaultZeroPoint } from '../fused.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { scalarQuantization } from '../scales.js'

/** Before opset 13 a row is everything from the axis on. */
const isTail = (node: OnnxNode): boolean => node.opset < 13

export const softmax: OnnxOperator = {
  name: 'Softmax',
  inputs: [1, 1],
  attributes: { axis: 'int' },
  infer: (node) => [node.type(0)],
  fuse: fuseUnary('com.microsoft.QLinearSoftmax', (node) => ({
    axis: node.int('axis', isTail(node) ? 1 : -1),
    opset: node.opset,
  })),
  convert: (node, conversion) => {
    const value = conversion.float(node, 0)
    const { shape } = value
    const axis = node.axis(node.int('axis', isTail(node) ? 1 : -1), shape.length)
    const attributes = { axis, rowIsTail: isTail(node), isLog: false }
    conversion.define(
      node.node.outputs[0]!,
      computedFloat(conversion, 'float_softmax', value, shape, attributes, true),
    )
  },
}

export const logSoftmax: OnnxOperator = {
  name: 'LogSoftmax',
  inputs: [1, 1],
  attributes: { axis: 'int' },
  infer: (node) => [node.type(0)],
  convert: (node, conversion) => {
    const value = conversion.float(node, 0)
    const { shape } = value
    const axis = node.axis(node.int('axis', isTail(node) ? 1 : -1), shape.length)
    const attributes = { axis, rowIsTail: isTail(node), isLog: true }
    conversion.define(
      node.node.outputs[0]!,
      computedFloat(conversion, 'float_softmax', value, shape, attributes, true),
    )
  },
}

/** Inputs: X, X_scale, X_zero_point, Y_scale, Y_zero_point. */
export const qLinearSoftmax: OnnxOperator = {
  name: 'com.microsoft.QLinearSoftmax',
  inputs: [5, 5],
  attributes: { axis: 'int', opset: 'int' },
  infer: (node) => [{ type: node.type(4).type, shape: node.shape(0) }],
  convert: (node, conversion) => {
    const x = conversion.quantizedInput(node, 0)
    const type = defaultZeroPoint(node, 4, x.type)
    const input = scalarQuantization(node, conversion, 1, x.type, 'input')
    if (node.int('opset', 13) < 13 !== isTail(node)) {
      throw node.error(
        'unsupported-attribute',
        "opset and the model's own are not both below 13: the reference moves transposes across it by the model's meaning",
        "Write the model's own opset.",
        'opset',
      )
    }
    const name = node.node.outputs[0]!
    const attributes = {
      axis: node.axis(node.int('axis', -1), x.shape.length),
      rowIsTail: node.int('opset', 13) < 13,
      inputScale: input.scale,
      inputType: x.type,
      output: scalarQuantization(node, conversion, 3, type, 'output'),
    }
    const tensor = conversion.emit('softmax', [x.tensor], { type, shape: x.shape, name }, attributes)
    conversion.define(name, { kind: 'integer', type, shape: x.shape, tensor })
  },
}
