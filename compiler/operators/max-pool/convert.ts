// SPDX-License-Identifier: Apache-2.0
// Maximum over windows, of whatever the tensor is: on quanta where it is the same there, else in float32 (float-order.ts).
import type { MaxPoolAttributes } from '../../ir/operators.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { asFloat, convertCopy } from '../../passes/convert/copies.js'
import { ComputedFloat } from '../../passes/convert/floats.js'
import { isMonotone } from '../../passes/convert/tables.js'
import type { Grid, Target } from '../../passes/convert/values.js'
import type { OnnxNode } from '../onnx.js'

/** The greatest quantum has the greatest value, and nothing hangs on an order: no -Infinity, no zeros of both signs. */
export function isOrdered({ axis, values, type }: Grid): boolean {
  if (axis !== null || !isMonotone(values, type)) return false
  const zeros = values.filter((value) => value === 0).map((value) => 1 / value)
  return !values.includes(Number.NEGATIVE_INFINITY) && new Set(zeros).size < 2
}

/** Below it -FLT_MAX becomes the least quantum, as -Infinity does. */
const saturatingScale = 2 ** 100

/** Defines the node's output as max_pool of its first input. */
export function convertMaximum(node: OnnxNode, conversion: Conversion, attributes: MaxPoolAttributes): void {
  const output = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(output)!
  const value = conversion.value(node.node.inputs[0]!)
  const isInteger =
    value.kind === 'integer' || (value.kind === 'constant' && value.constant.type !== 'float32')
  if (isInteger || (value.kind === 'float' && value.grid && isOrdered(value.grid))) {
    convertCopy(node, conversion, 'max_pool', attributes)
    return
  }
  const float = asFloat(conversion, value)
  const pool = (tensor: string, type: Target['type'] | 'float32') =>
    conversion.emit('max_pool', [tensor], { type, shape }, attributes)
  const emit = (target: Target | null) => {
    // Q rises, so that it may come before the maximum; but it makes NaN 0.
    if (target && float.isNumber && target.scale < saturatingScale) {
      return pool(float.quantized(target), target.type)
    }
    const tensor = pool(float.stored(), 'float32')
    return target ? conversion.stored(shape, tensor).quantized(target) : tensor
  }
  conversion.define(output, new ComputedFloat(conversion, shape, emit, { isNumber: () => float.isNumber }))
}
