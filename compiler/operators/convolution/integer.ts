// SPDX-License-Identifier: Apache-2.0
// A convolution of quanta that the reference leaves in float, under the contract `integer`: a layer with rule R where a Q
// reads it, else its accumulators as float32 times their scales.
import type { ConvolutionAttributes } from '../../ir/operators.js'
import { type Constant, rangeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { defineIntegerSum, isConstant, type Operands } from '../../passes/convert/integer-sums.js'
import type { OnnxNode } from '../onnx.js'
import { requireInt32 } from '../sums.js'
import { integerSum } from '../weighted-sum/emit.js'
import { emitWideSum, int32s, isWideSum } from '../wide-sum/emit.js'
import { placeWindow } from '../window.js'
import { convolutionType } from './shape.js'

/** Defines the node's output; false where it has no integer form, or another contract rules. */
export function defineIntegerConvolution(node: OnnxNode, conversion: Conversion): boolean {
  const { shape } = convolutionType(node, 0, 1)
  const { output: _, ...window } = placeWindow(node, node.shape(0).slice(2), node.shape(1).slice(2))
  const group = node.int('group', 1)
  return defineIntegerSum(node, conversion, {
    shape,
    ...{ channelAxis: 0, channels: shape[1]!, alpha: 1, beta: 1 },
    emit: (operands, result) => {
      const { multipliers, output } = result
      const { x, weight, weightZeroPoints, bias } = operands
      if (!isConstant(weight)) {
        throw node.error(
          'not-constant',
          'the weight (input 1) is computed at run time',
          'Make the weight an initializer: weights, scales and zero points must be known at compile time.',
        )
      }
      const sum = { ...window, group, weight: weight.constant, weightZeroPoints, inputZeroPoint: x.zeroPoint }
      if (isWideSum(operands, result)) {
        return emitWideSum(conversion, shape, operands, result, { ...window, group, weight: weight.constant })
      }
      if (!output) return emitFloat(node, conversion, shape, operands, { ...sum, multipliers })
      const requantization = { multipliers, zeroPoint: output.zeroPoint, ...rangeOf(output.type) }
      return conversion.emit(
        'convolution',
        [x.tensor],
        { type: output.type, shape },
        { ...sum, bias: int32s(bias), requantization },
      )
    },
  })
}

type Sum = Omit<ConvolutionAttributes, 'bias' | 'requantization'> & { readonly multipliers: Float32Array }

/** f(f(sum + bias) * multiplier): int32 additions first, then one conversion and one multiplication. */
function emitFloat(
  node: OnnxNode,
  conversion: Conversion,
  shape: readonly number[],
  { x, bias: numbers }: Operands,
  { multipliers, ...sum }: Sum,
): string {
  const bias = int32s(numbers)
  requireInt32(node, { ...sum, bias, inputRange: rangeOf(x.type) })
  const perChannel = [shape[1]!, ...shape.slice(2).map(() => 1)]
  const constant = (type: 'int32' | 'float32', data: Int32Array | Float32Array): string => {
    const value: Constant = { type, shape: data.length === 1 ? [] : perChannel, data }
    return conversion.emit('constant', [], { type, shape: value.shape }, { value })
  }
  const raw = conversion.emit(
    'weighted_sum',
    [x.tensor],
    { type: bias ? 'int32' : 'float32', shape },
    { ...integerSum, ...sum },
  )
  let accumulators = raw
  if (bias) {
    const biased = conversion.emit(
      'plain_binary',
      [raw, constant('int32', bias)],
      { type: 'int32', shape },
      { operation: 'add' },
    )
    accumulators = conversion.emit('plain_unary', [biased], { type: 'float32', shape }, { operation: 'cast' })
  }
  return conversion.emit(
    'float_binary',
    [accumulators, constant('float32', multipliers)],
    { type: 'float32', shape },
    { operation: 'multiply', tableA: null, tableB: null, output: null },
  )
}
