// SPDX-License-Identifier: Apache-2.0
// ONNX operators that are constants at compile time: Constant, ConstantOfShape and Shape.

import { allocate, type Constant, sizeOf } from '../../ir/types.js'
import { int64s, type OnnxNode, type OnnxOperator } from '../onnx.js'

const float32s = (values: readonly number[], shape: readonly number[]): Constant => ({
  type: 'float32',
  shape,
  data: Float32Array.from(values),
})

function constantValue(node: OnnxNode): Constant {
  const a = node.node.attributes
  if (a.value !== undefined) return a.value as Constant
  if (a.value_float !== undefined) return float32s([a.value_float as number], [])
  if (a.value_floats !== undefined) {
    const values = a.value_floats as number[]
    return float32s(values, [values.length])
  }
  if (a.value_int !== undefined) return { ...int64s([a.value_int as number]), shape: [] }
  if (a.value_ints !== undefined) return int64s(a.value_ints as number[])
  throw node.error(
    'unsupported-attribute',
    'The constant has no tensor or number',
    'Use the attribute "value".',
    'value',
  )
}

const typeOf = ({ type, shape }: Constant) => ({ type, shape })

export const constant: OnnxOperator = {
  name: 'Constant',
  inputs: [0, 0],
  attributes: {
    value: 'tensor',
    value_float: 'float',
    value_floats: 'floats',
    value_int: 'int',
    value_ints: 'ints',
  },
  infer: (node) => [typeOf(constantValue(node))],
  evaluate: (node) => [constantValue(node)],
}

function filled(node: OnnxNode): Constant {
  const value = (node.node.attributes.value as Constant | undefined) ?? float32s([0], [1])
  const shape = node.integers(0, 'the shape')
  if (shape.some((d) => d < 0) || sizeOf(shape) > 1 << 24) {
    throw node.error(
      'malformed-model',
      `Shape [${shape}] is not one of a constant`,
      'Its dimensions must not be negative, and no more than 2^24 elements together.',
    )
  }
  const data = allocate(value.type, sizeOf(shape))
  data.fill(value.data[0]! as never)
  return { type: value.type, shape, data }
}

export const constantOfShape: OnnxOperator = {
  name: 'ConstantOfShape',
  inputs: [1, 1],
  attributes: { value: 'tensor' },
  infer: (node) => [typeOf(filled(node))],
  evaluate: (node) => [filled(node)],
}

export const shape: OnnxOperator = {
  name: 'Shape',
  inputs: [1, 1],
  attributes: { start: 'int', end: 'int' },
  infer: (node) => [typeOf(shapeOf(node))],
  evaluateFromTypes: (node) => [shapeOf(node)],
}

function shapeOf(node: OnnxNode): Constant {
  const dimensions = node.shape(0)
  return int64s(dimensions.slice(node.int('start', 0), node.node.attributes.end as number | undefined))
}
