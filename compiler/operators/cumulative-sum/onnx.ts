// SPDX-License-Identifier: Apache-2.0
// ONNX CumSum of integers along a constant axis.
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { plainType } from '../reference-types.js'

const axisOf = (node: OnnxNode): number => {
  const [axis = 0] = node.integers(1, 'the axis')
  return node.axis(axis, node.shape(0).length)
}

export const cumSum: OnnxOperator = {
  name: 'CumSum',
  inputs: [2, 2],
  attributes: { exclusive: 'int', reverse: 'int' },
  infer: (node) => {
    if (node.type(0).type !== 'float32') return [{ type: plainType(node, 0, 1), shape: node.shape(0) }]
    throw node.error('unsupported-type', 'It adds up float32', 'Sum integers, or quantize and use a Conv.')
  },
  convert: (node, conversion) => {
    const { type, shape, tensor: input } = conversion.integer(node, 0)
    const attributes = {
      axis: axisOf(node),
      exclusive: node.int('exclusive', 0) !== 0,
      reverse: node.int('reverse', 0) !== 0,
    }
    const tensor = conversion.emit('cumulative_sum', [input], { type, shape }, attributes)
    conversion.define(node.node.outputs[0]!, { kind: 'integer', type, shape, tensor })
  },
}
