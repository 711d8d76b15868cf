// SPDX-License-Identifier: Apache-2.0
// ADD, SUB, MUL, MAXIMUM and MINIMUM of two int8 or int16 tensors, with broadcasting.
import { f32 } from '../../arithmetic/float32.js'
import type { FixedBinaryAttributes, FixedRequantization } from '../../ir/fixed-operators.js'
import type { ElementType } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { activationRange, checkedMultiplier, integerRange, one } from '../tflite-rules.js'

type Operation = FixedBinaryAttributes['operation']

const binary = (
  name: string,
  attributesOf: (node: TfliteNode, conversion: TfliteConversion) => FixedBinaryAttributes,
): TfliteOperator => ({
  name,
  inputs: [2, 2],
  convert(node, conversion) {
    const [a, b, output] = [node.input(0), node.input(1), node.output()]
    node.requireType(output, 'int8', 'int16')
    node.requireType(a, output.type)
    node.requireType(b, output.type)
    node.requireShape(output, broadcast(node, a.shape, b.shape))
    const inputs = [conversion.stored(a.name), conversion.stored(b.name)]
    conversion.emitOutput('fixed_binary', inputs, output, attributesOf(node, conversion))
  },
})

/** numpy broadcasting of two shapes. */
export function broadcast(node: TfliteNode, a: readonly number[], b: readonly number[]): number[] {
  return Array.from(
    { length: Math.max(a.length, b.length) },
    (_, axis, rank = Math.max(a.length, b.length)) => {
      const [left, right] = [a[a.length - rank + axis] ?? 1, b[b.length - rank + axis] ?? 1]
      if (left !== right && left !== 1 && right !== 1)
        throw node.malformed(`[${a}] and [${b}] do not broadcast`)
      return left === 1 ? right : left
    },
  )
}

/** Bits by which values are shifted left before they are brought to one scale. */
const leftShifts: Partial<Record<ElementType, number>> = { int8: 20, int16: 15 }

/** Until October 2026 TFLite Micro formed SUB's multipliers in float32, step by step. */
const sum = (operation: 'add' | 'subtract') => (node: TfliteNode, conversion: TfliteConversion) => {
  const [a, b, output] = [node.input(0), node.input(1), node.output()].map((tensor) =>
    node.quantization(tensor),
  ) as [
    { scale: number; zeroPoint: number },
    { scale: number; zeroPoint: number },
    { scale: number; zeroPoint: number },
  ]
  const leftShift = leftShifts[node.output().type]!
  const round =
    operation === 'subtract' && conversion.multipliers === 'float32' ? f32 : (value: number) => value
  const twice = round(2 * Math.max(a.scale, b.scale))
  const result = round(twice / round(2 ** leftShift * output.scale))
  if (result >= 1) {
    throw node.refused(
      `TFLite Micro aborts: the output's scale ${output.scale} is less than 2^-${leftShift - 1} of the inputs' ${twice / 2}`,
      'Calibrate and convert the model again.',
    )
  }
  const operand = ({ scale, zeroPoint }: typeof a) => ({
    zeroPoint,
    fixed: checkedMultiplier(node, round(scale / twice)),
  })
  return {
    operation,
    a: operand(a),
    b: operand(b),
    leftShift,
    requantization: finish(node, result, output),
  }
}

const finish = (
  node: TfliteNode,
  multiplier: number,
  output: { readonly scale: number; readonly zeroPoint: number },
): FixedRequantization => ({
  fixed: [checkedMultiplier(node, multiplier)],
  zeroPoint: output.zeroPoint,
  ...activationRange(node, node.output().type, output),
})

function product(node: TfliteNode): FixedBinaryAttributes {
  const [a, b] = [node.quantization(node.input(0)), node.quantization(node.input(1))]
  const output = node.quantization(node.output())
  if (node.output().type === 'int16' && [a, b, output].some(({ zeroPoint }) => zeroPoint !== 0)) {
    throw node.refused(
      'TFLite Micro does not load it: int16 products need zero points of 0',
      'Convert the model again.',
    )
  }
  return {
    operation: 'multiply',
    a: { zeroPoint: a.zeroPoint, fixed: one },
    b: { zeroPoint: b.zeroPoint, fixed: one },
    leftShift: 0,
    requantization: finish(node, (a.scale * b.scale) / output.scale, output),
  }
}

/** On the quanta: right only where all three tensors have the same quantization. */
const extremum = (operation: Operation) => (node: TfliteNode) => {
  node.requireEqualQuantization(node.input(0), node.output())
  node.requireEqualQuantization(node.input(1), node.output())
  const operand = { zeroPoint: 0, fixed: one }
  const requantization = { fixed: [one], zeroPoint: 0, ...integerRange(node.output().type) }
  return { operation, a: operand, b: operand, leftShift: 0, requantization }
}

export const add = binary('ADD', sum('add'))
export const subtract = binary('SUB', sum('subtract'))
export const multiply = binary('MUL', product)
export const maximum = binary('MAXIMUM', extremum('maximum'))
export const minimum = binary('MINIMUM', extremum('minimum'))
