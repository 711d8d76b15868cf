// SPDX-License-Identifier: Apache-2.0
// Copies (reshape, transpose, slice ...) and maxima on described tensors: done on the 8-bit tensor where there is
// one, else on whatever the tensor is asked for later.
import type { OperatorAttributes, OperatorName } from '../../ir/operators.js'
import type { OnnxNode } from '../../operators/onnx.js'
import type { Conversion } from './conversion.js'
import { CommutingFloat, ConstantFloat, GridFloat } from './floats.js'
import type { FloatValue, Value } from './values.js'

/** Defines the node's output as `operator` of its first input; same elements, so a table survives it. */
export function convertCopy<Name extends OperatorName>(
  node: OnnxNode,
  conversion: Conversion,
  operator: Name,
  attributes: OperatorAttributes[Name],
): void {
  const output = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(output)!
  const value = conversion.value(node.node.inputs[0]!)
  conversion.define(output, copied(conversion, value, operator, shape, attributes))
}

/** One copy of a chain: `attributes` of the operator, and the shape that it gives. */
export interface CopyOf<Name extends OperatorName = OperatorName> {
  readonly operator: Name
  readonly shape: readonly number[]
  readonly attributes: OperatorAttributes[Name]
}

/** Defines the node's output number `output` as its first input after several copies. */
export function convertCopies(
  node: OnnxNode,
  conversion: Conversion,
  steps: readonly CopyOf[],
  output = 0,
): void {
  const first = conversion.value(node.node.inputs[0]!)
  const last = steps.reduce(
    (value, { operator, shape, attributes }) => copied(conversion, value, operator, shape, attributes),
    first,
  )
  conversion.define(node.node.outputs[output]!, last)
}

function copied<Name extends OperatorName>(
  conversion: Conversion,
  value: Value,
  operator: Name,
  shape: readonly number[],
  attributes: OperatorAttributes[Name],
): Value {
  if (value.kind === 'constant' && value.constant.type !== 'float32') {
    const { type } = value.constant
    const tensor = conversion.emit('constant', [], { type, shape: value.shape }, { value: value.constant })
    return copied(
      conversion,
      { kind: 'integer', type, shape: value.shape, tensor },
      operator,
      shape,
      attributes,
    )
  }
  if (value.kind === 'integer') {
    const tensor = conversion.emit(operator, [value.tensor], { type: value.type, shape }, attributes)
    return { kind: 'integer', type: value.type, shape, tensor }
  }
  const float = asFloat(conversion, value)
  if (float.grid && float.grid.axis === null) {
    const { grid } = float
    const tensor = conversion.emit(operator, [grid.tensor], { type: grid.type, shape }, attributes)
    return new GridFloat(conversion, shape, { ...grid, tensor })
  }
  if (float.wide) {
    const { type } = float.wide
    const tensor = conversion.emit(operator, [float.wide.tensor], { type, shape }, attributes)
    return conversion.wide(shape, { ...float.wide, tensor })
  }
  return new CommutingFloat(conversion, shape, operator, [float], () => attributes)
}

export function asFloat(conversion: Conversion, value: Value): FloatValue {
  if (value.kind === 'float') return value
  if (value.kind === 'constant' && value.constant.type === 'float32') {
    return new ConstantFloat(conversion, value.constant)
  }
  throw new Error('expected a float tensor')
}
