// SPDX-License-Identifier: Apache-2.0
// Sums of products under the contract `integer` with quanta of 16 bits: one operator for all of them.
import type { WideSumAttributes } from '../../ir/sum-operators.js'
import { isWideType, rangeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { isConstant, type Operands, type Result } from '../../passes/convert/integer-sums.js'

export const noWindow = { kernel: [], strides: [], pads: [], dilations: [], group: 1 }

export const isWideSum = ({ x, weight }: Operands, { output }: Result): boolean =>
  isWideType(x.type) ||
  isWideType(isConstant(weight) ? weight.constant.type : weight.type) ||
  (output !== null && isWideType(output.type))

/** Of sums with 8-bit operands, whose biases are within 32 bits. */
export const int32s = (bias: readonly number[] | null): Int32Array | null => bias && Int32Array.from(bias)

export function emitWideSum(
  conversion: Conversion,
  shape: readonly number[],
  { x, weightZeroPoints, bias }: Operands,
  { multipliers, output }: Result,
  sum: Omit<
    WideSumAttributes,
    'weightZeroPoints' | 'bias' | 'inputZeroPoint' | 'requantization' | 'floatMultipliers'
  >,
): string {
  return conversion.emit(
    'wide_sum',
    [x.tensor],
    { type: output?.type ?? 'float32', shape },
    {
      ...sum,
      ...{ weightZeroPoints, bias, inputZeroPoint: x.zeroPoint },
      requantization: output && { multipliers, zeroPoint: output.zeroPoint, ...rangeOf(output.type) },
      floatMultipliers: output ? null : multipliers,
    },
  )
}
