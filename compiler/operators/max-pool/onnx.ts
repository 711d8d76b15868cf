// SPDX-License-Identifier: Apache-2.0
// ONNX MaxPool.
import { convertMaximum } from '../../passes/convert/copies.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { placeWindow, windowAttributes } from '../window.js'

const place = (node: OnnxNode) => {
  const kernel = node.ints('kernel_shape')
  if (!kernel) throw node.error('malformed-model', 'kernel_shape is missing', 'Give it.', 'kernel_shape')
  return placeWindow(node, node.shape(0).slice(2), kernel)
}

export const maxPool: OnnxOperator = {
  name: 'MaxPool',
  inputs: [1, 1],
  attributes: { ...windowAttributes, ceil_mode: 'int', storage_order: 'int' },
  propagatesQuantization: true,
  infer: (node) => {
    const input = node.type(0)
    return [{ type: input.type, shape: [...input.shape.slice(0, 2), ...place(node).output] }]
  },
  convert: (node, conversion) => {
    const { output: _, ...window } = place(node)
    convertMaximum(node, conversion, 'max_pool', { ...window, ceilMode: node.int('ceil_mode', 0) !== 0 })
  },
}
