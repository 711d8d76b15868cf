// SPDX-License-Identifier: Apache-2.0
// ONNX TopK with a constant count, on values that rise strictly with a quantum.
import type { TopKAttributes } from '../../ir/operators.js'
import type { QuantizedType } from '../../ir/types.js'
import { isMonotone } from '../../passes/convert/tables.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'

function placed(node: OnnxNode): { axis: number; shape: number[] } {
  const input = node.shape(0)
  const axis = node.axis(node.int('axis', -1), input.length)
  const count = node.has(1) ? (node.integers(1, 'K')[0] ?? 0) : node.int('k', 0)
  if (count >= 1 && count <= input[axis]!)
    return { axis, shape: input.map((d, i) => (i === axis ? count : d)) }
  throw node.error('malformed-model', `It takes ${count} of ${input[axis]} elements`, 'Correct K.')
}

const isStrict = (values: Float32Array, type: QuantizedType): boolean =>
  isMonotone(values, type) && new Set(values).size === 256

export const topK: OnnxOperator = {
  name: 'TopK',
  inputs: [1, 2],
  attributes: { axis: 'int', k: 'int', largest: 'int', sorted: 'int' },
  infer: (node) => {
    const { shape } = placed(node)
    return [
      { type: node.type(0).type, shape },
      { type: 'int64', shape },
    ]
  },
  convert: (node, conversion) => {
    if (node.int('sorted', 1) === 0) {
      throw node.error('unsupported-attribute', 'sorted is 0: their order is not defined', 'Use 1.', 'sorted')
    }
    const { axis, shape } = placed(node)
    const { grid } = conversion.float(node, 0)
    if (grid?.axis !== null || !isStrict(grid.values, grid.type)) {
      throw node.error(
        'float-function',
        'It chooses among float values that do not rise strictly with a quantum',
        'Quantize its input (QuantizeLinear and DequantizeLinear in front of it).',
      )
    }
    const largest = node.int('largest', 1) !== 0
    const emit = (yields: TopKAttributes['yields'], type: 'int64' | QuantizedType) =>
      conversion.emit('top_k', [grid.tensor], { type, shape }, { axis, largest, yields })
    const [values, indices] = node.node.outputs
    if (values)
      conversion.define(values, conversion.grid(shape, { ...grid, tensor: emit('values', grid.type) }))
    if (indices) {
      conversion.define(indices, { kind: 'integer', type: 'int64', shape, tensor: emit('indices', 'int64') })
    }
  },
}
