// SPDX-License-Identifier: Apache-2.0
// ONNX operators of two values that the reference always runs in float: one float32 operation.
import type { FloatBinaryOperation } from '../../ir/operators.js'
import { binaryFloat } from '../../passes/convert/functions.js'
import { evaluateBinary } from '../constant/arithmetic.js'
import { broadcast, type OnnxOperator } from '../onnx.js'

function floatOnly(name: string, operation: FloatBinaryOperation): OnnxOperator {
  return {
    name,
    inputs: [2, 2],
    attributes: {},
    infer: (node) => [{ type: node.type(0).type, shape: broadcast(node.shape(0), node.shape(1), node) }],
    evaluate: (node, [a, b]) => [evaluateBinary(node, operation, a!, b!)],
    convert: (node, conversion) => {
      const [a, b] = [conversion.float(node, 0), conversion.float(node, 1)]
      const output = node.node.outputs[0]!
      const { shape } = conversion.graph.tensors.get(output)!
      conversion.define(output, binaryFloat(node, conversion, operation, a, b, shape))
    },
  }
}

export const sub = floatOnly('Sub', 'subtract')
export const div = floatOnly('Div', 'divide')
export const min = floatOnly('Min', 'minimum')
export const max = floatOnly('Max', 'maximum')
