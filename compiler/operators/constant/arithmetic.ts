// SPDX-License-Identifier: Apache-2.0
// Values of operators on constants: what shape arithmetic and constant operands need.
import type { FloatBinaryOperation } from '../../ir/operators.js'
import { allocate, type Constant, rowMajorStrides, sizeOf } from '../../ir/types.js'
import { broadcast, type OnnxNode } from '../onnx.js'

type Scalar = number | bigint

/** Element `index` of a broadcast result, for a tensor of the given shape. */
function broadcastIndex(shape: readonly number[], result: readonly number[], index: number): number {
  const strides = rowMajorStrides(shape)
  let rest = index
  let offset = 0
  for (let axis = result.length - 1; axis >= 0; axis--) {
    const coordinate = rest % result[axis]!
    rest = Math.floor(rest / result[axis]!)
    const own = axis - (result.length - shape.length)
    if (own >= 0 && shape[own] !== 1) offset += coordinate * strides[own]!
  }
  return offset
}

/** float32 operations round once; integers wrap as their type does; integer division truncates and refuses 0. */
export function evaluateBinary(
  node: OnnxNode,
  operation: FloatBinaryOperation,
  a: Constant,
  b: Constant,
): Constant {
  if (a.type !== b.type) {
    throw node.error(
      'malformed-model',
      `Inputs have types ${a.type} and ${b.type}`,
      'Give both the same type.',
    )
  }
  const shape = broadcast(a.shape, b.shape, node)
  const data = allocate(a.type, sizeOf(shape))
  const isFloat = a.type === 'float32' || a.type === 'float64'
  for (let i = 0; i < data.length; i++) {
    const x = a.data[broadcastIndex(a.shape, shape, i)]!
    const y = b.data[broadcastIndex(b.shape, shape, i)]!
    if (operation === 'divide' && !isFloat && Number(y) === 0) {
      throw node.error('malformed-model', 'Integer division by zero', 'Correct the constant.')
    }
    data[i] = scalarOperation(operation, x, y, isFloat) as never
  }
  return { type: a.type, shape, data }
}

function scalarOperation(operation: FloatBinaryOperation, x: Scalar, y: Scalar, isFloat: boolean): Scalar {
  if (typeof x === 'bigint' && typeof y === 'bigint') {
    switch (operation) {
      case 'add':
        return x + y
      case 'subtract':
        return x - y
      case 'multiply':
        return x * y
      case 'divide':
        return x / y
      case 'minimum':
        return x < y ? x : y
      case 'maximum':
        return x > y ? x : y
      case 'prelu':
        return x >= 0n ? x : x * y
    }
  }
  const [a, b] = [x as number, y as number]
  switch (operation) {
    case 'add':
      return a + b
    case 'subtract':
      return a - b
    case 'multiply':
      return isFloat ? a * b : Math.imul(a, b)
    case 'divide':
      return isFloat ? a / b : Math.trunc(a / b)
    case 'minimum':
      return a === b ? a : Math.min(a, b)
    case 'maximum':
      return a === b ? a : Math.max(a, b)
    case 'prelu':
      return a >= 0 ? a : isFloat ? a * b : Math.imul(a, b)
  }
}

/** Elements picked by `sourceOf(output coordinates)`: transposes, slices, concatenations of constants. */
export function rearranged(
  constant: Constant,
  shape: readonly number[],
  sourceOf: (coordinates: readonly number[]) => readonly number[],
): Constant {
  const data = allocate(constant.type, sizeOf(shape))
  const strides = rowMajorStrides(constant.shape)
  const coordinates = new Array<number>(shape.length).fill(0)
  for (let i = 0; i < data.length; i++) {
    let rest = i
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      coordinates[axis] = rest % shape[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    const source = sourceOf(coordinates).reduce((sum, c, axis) => sum + c * strides[axis]!, 0)
    data[i] = constant.data[source]! as never
  }
  return { type: constant.type, shape, data }
}
