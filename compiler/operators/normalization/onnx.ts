// SPDX-License-Identifier: Apache-2.0
// ONNX LayerNormalization and InstanceNormalization: float in the reference, in an order that is known.
import { sizeOf } from '../../ir/types.js'
import { computedFloat } from '../../passes/convert/computed.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'

/** Constant float32 scale or bias of `count` elements, or of one for each place of a shape. */
function parameter(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  what: string,
  count: number,
): Float32Array {
  const value = conversion.float(node, input)
  const { constant } = value as { constant?: { data: unknown } }
  const data = constant?.data
  if (data instanceof Float32Array && data.length === count) return data
  throw node.error(
    data ? 'unsupported-feature' : 'not-constant',
    `Its ${what} is no constant of ${count} float32 entries`,
    `Make it an initializer with one entry for each of the ${count} normalized elements or channels.`,
  )
}

export const layerNormalization: OnnxOperator = {
  name: 'LayerNormalization',
  inputs: [2, 3],
  attributes: { axis: 'int', epsilon: 'float', stash_type: 'int' },
  infer: (node) => {
    if (node.int('stash_type', 1) === 1) return [node.type(0)]
    throw node.error('unsupported-attribute', 'stash_type is not 1', 'Use float32 (1).', 'stash_type')
  },
  convert: (node, conversion) => {
    const value = conversion.float(node, 0)
    const { shape } = value
    const axis = node.axis(node.int('axis', -1), shape.length)
    const count = sizeOf(shape.slice(axis))
    const attributes = {
      method: 'running',
      axis,
      epsilon: node.float('epsilon', 1e-5),
      gain: parameter(node, conversion, 1, 'scale', count),
      bias: node.has(2) ? parameter(node, conversion, 2, 'bias', count) : null,
    } as const
    const normalized = computedFloat(conversion, 'normalization', value, shape, attributes, false)
    conversion.define(node.node.outputs[0]!, normalized)
  },
}

export const instanceNormalization: OnnxOperator = {
  name: 'InstanceNormalization',
  inputs: [3, 3],
  attributes: { epsilon: 'float' },
  infer: (node) => {
    if (node.shape(0).length >= 3) return [node.type(0)]
    throw node.error(
      'malformed-model',
      `[${node.shape(0)}] has no spatial dimensions`,
      'Give it [N, C, ...].',
    )
  },
  convert: (node, conversion) => {
    const value = conversion.float(node, 0)
    const { shape } = value
    const attributes = {
      method: 'two_pass',
      axis: 2,
      epsilon: node.float('epsilon', 1e-5),
      gain: parameter(node, conversion, 1, 'scale', shape[1]!),
      bias: parameter(node, conversion, 2, 'bias', shape[1]!),
    } as const
    const normalized = computedFloat(conversion, 'normalization', value, shape, attributes, false)
    conversion.define(node.node.outputs[0]!, normalized)
  },
}
