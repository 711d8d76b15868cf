// SPDX-License-Identifier: Apache-2.0
// MEAN and SUM of int8 or int16 over any axes. A mean folds its divisor into the multiplier by a division that truncates.
import type { FixedMultiplier } from '../../arithmetic/fixed-point.js'
import { sizeOf } from '../../ir/types.js'
import type { TfliteOperator } from '../tflite.js'
import { reducedAxes } from '../tflite-reduced-axes.js'
import { checkedMultiplier, integerRange } from '../tflite-rules.js'

const reduction = (name: string, isMean: boolean): TfliteOperator => ({
  name,
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, 'int8', 'int16')
    node.requireType(output, input.type)
    const { axes, kept } = reducedAxes(node)
    const count = sizeOf(axes.map((axis) => input.shape[axis]!))
    const [from, to] = [node.quantization(input), node.quantization(output)]
    const multiplier = checkedMultiplier(node, from.scale / to.scale)
    // [kept axes before the first reduced one, kept ones behind it, reduced ones]
    const before = kept.filter((axis) => axis < axes[0]!)
    const behind = kept.filter((axis) => axis > axes[0]!)
    const permutation = [...before, ...behind, ...axes]
    const length = (some: readonly number[]) => sizeOf(some.map((axis) => input.shape[axis]!))
    const { type } = input
    const turned = conversion.emit(
      'transpose',
      [conversion.stored(input.name)],
      { type, shape: permutation.map((axis) => input.shape[axis]!) },
      { permutation },
    )
    const image = [length(before), length(behind), count]
    const x = conversion.emit('reshape', [turned], { type, shape: image }, {})
    const y = conversion.emit(
      'global_average_pool',
      [x],
      { type, shape: [image[0]!, image[1]!, 1] },
      {
        inputZeroPoint: from.zeroPoint,
        requantization: {
          fixed: [isMean ? dividedBy(multiplier, count) : multiplier],
          zeroPoint: to.zeroPoint,
          ...integerRange(type),
        },
      },
    )
    conversion.emitOutput('reshape', [y], output, {})
  },
})

/** As much of 1 / count as a shift goes into the shift. */
function dividedBy({ multiplier, shift }: FixedMultiplier, count: number): FixedMultiplier {
  const bits = Math.min(31 - Math.clz32(count), 32, 31 + shift)
  return { multiplier: Number((BigInt(multiplier) << BigInt(bits)) / BigInt(count)), shift: shift - bits }
}

export const mean = reduction('MEAN', true)
export const sum = reduction('SUM', false)
