// SPDX-License-Identifier: Apache-2.0
// Operators that the reference runs in float on one tensor: their kernels read quanta through their 256 values, and end
// in Q or in a float32 store.
import type { OperatorAttributes, OperatorName } from '../../ir/operators.js'
import type { Quantization } from '../../ir/types.js'
import type { Conversion } from './conversion.js'
import { ComputedFloat } from './floats.js'
import type { FloatValue, Target } from './values.js'

/** Attributes that `computedFloat` fills in. */
interface FromFloat {
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
}

type FloatOperator = {
  [Name in OperatorName]: OperatorAttributes[Name] extends FromFloat ? Name : never
}[OperatorName]

/** `operator` of `value`. `keepsNumbers`: of finite elements it never makes NaN. */
export function computedFloat<Name extends FloatOperator>(
  conversion: Conversion,
  operator: Name,
  value: FloatValue,
  shape: readonly number[],
  attributes: Omit<OperatorAttributes[Name], keyof FromFloat>,
  keepsNumbers: boolean,
): FloatValue {
  const grid = value.grid?.axis === null ? value.grid : null
  const emit = (target: Target | null) =>
    conversion.emit(
      operator,
      [grid ? grid.tensor : value.stored()],
      { type: target ? target.type : 'float32', shape },
      {
        ...attributes,
        inputValues: grid ? grid.values : null,
        output: target ? { scale: target.scale, zeroPoint: target.zeroPoint } : null,
      } as unknown as OperatorAttributes[Name],
    )
  const isNumber = () => keepsNumbers && grid?.values.every(Number.isFinite) === true
  return new ComputedFloat(conversion, shape, emit, { isNumber })
}
