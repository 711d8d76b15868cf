// SPDX-License-Identifier: Apache-2.0
// ONNX MaxPool.
import { convertMaximum } from '../../passes/convert/copies.js'
import type { OnnxOperator } from '../onnx.js'
import { placePool, refuseNegativePads, windowAttributes } from '../window.js'

export const maxPool: OnnxOperator = {
  name: 'MaxPool',
  inputs: [1, 1],
  attributes: { ...windowAttributes, ceil_mode: 'int', storage_order: 'int' },
  propagatesQuantization: true,
  runsOnQuanta: true,
  infer: (node) => {
    const input = node.type(0)
    return [{ type: input.type, shape: [...input.shape.slice(0, 2), ...placePool(node).output] }]
  },
  convert: (node, conversion) => {
    const placed = placePool(node)
    refuseNegativePads(node, placed)
    const { output: _, ...window } = placed
    convertMaximum(node, conversion, 'max_pool', { ...window, ceilMode: node.int('ceil_mode', 0) !== 0 })
  },
}
