// SPDX-License-Identifier: Apache-2.0
// ONNX MaxPool.
import type { OnnxOperator } from '../onnx.js'
import { placePool, refuseNegativePads, windowAttributes } from '../window.js'
import { convertMaximum } from './convert.js'

const { dilations: _, ...earliest } = windowAttributes

export const maxPool: OnnxOperator = {
  name: 'MaxPool',
  inputs: [1, 1],
  attributes: { ...windowAttributes, ceil_mode: 'int', storage_order: 'int' },
  propagatesQuantization: true,
  runsOnQuanta: true,
  onQuantaSince: 12,
  earlier: [
    { until: 7, inputs: [1, 1], attributes: earliest },
    { until: 9, inputs: [1, 1], attributes: { ...earliest, storage_order: 'int' } },
  ],
  infer: (node) => {
    const input = node.type(0)
    return [{ type: input.type, shape: [...input.shape.slice(0, 2), ...placePool(node).output] }]
  },
  convert: (node, conversion) => {
    const placed = placePool(node)
    refuseNegativePads(node, placed)
    const { output: _, ...window } = placed
    convertMaximum(node, conversion, { ...window, ceilMode: node.int('ceil_mode', 0) !== 0 })
  },
}
