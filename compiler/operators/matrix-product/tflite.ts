// SPDX-License-Identifier: Apache-2.0
// BATCH_MATMUL of two int8 or two int16 tensors.
import { f32 } from '../../arithmetic/float32.js'
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import { broadcast } from '../fixed-binary/tflite.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, integerRange } from '../tflite-rules.js'
import { requireWideShifts } from '../tflite-sums.js'

export const batchMatmul: TfliteOperator = {
  name: 'BATCH_MATMUL',
  inputs: [2, 2],
  convert(node, conversion) {
    const [a, b, output] = [node.input(0), node.input(1), node.output()]
    node.requireType(a, 'int8', 'int16')
    node.requireType(b, a.type)
    node.requireType(output, a.type)
    if ([a, b].some(({ shape }) => shape.length < 2 || shape.length > 5 || shape.some((d) => d < 1))) {
      throw node.malformed(`[${a.shape}] and [${b.shape}] are not matrices`)
    }
    const left = matrix(node, conversion, 0, node.flag('adjointX'))
    const right = matrix(node, conversion, 1, node.flag('adjointY'))
    if (left.shape.at(-1) !== right.shape.at(-2)) {
      throw node.malformed(`[${left.shape}] and [${right.shape}] do not multiply`)
    }
    const batch = broadcast(node, left.shape.slice(0, -2), right.shape.slice(0, -2))
    node.requireShape(output, [...batch, left.shape.at(-2)!, right.shape.at(-1)!])
    conversion.emitOutput('matrix_product', [left.tensor, right.tensor], output, {
      aZeroPoint: node.quantization(a).zeroPoint,
      bZeroPoints: [node.quantization(b).zeroPoint],
      bias: null,
      requantization: requantizationOf(node, conversion),
      floatMultipliers: null,
      floatBias: null,
    })
  },
}

function requantizationOf(node: TfliteNode, conversion: TfliteConversion): FixedRequantization {
  const [a, b, to] = [node.input(0), node.input(1), node.output()].map((tensor) =>
    node.quantization(tensor),
  ) as [
    { scale: number; zeroPoint: number },
    { scale: number; zeroPoint: number },
    { scale: number; zeroPoint: number },
  ]
  const round = conversion.multipliers === 'float32' ? f32 : (value: number) => value
  const fixed = [checkedMultiplier(node, round(a.scale * b.scale) / to.scale)]
  const { type } = node.output()
  if (type === 'int16') {
    if ([a, b, to].some(({ zeroPoint }) => zeroPoint !== 0)) {
      throw node.refused(
        'TFLite Micro does not load it: int16 needs zero points of 0 here',
        'Convert the model again.',
      )
    }
    requireWideShifts(node, fixed)
  }
  return { fixed, zeroPoint: to.zeroPoint, ...integerRange(type) }
}

/** The operand, its last two axes exchanged where it is read the other way around. */
function matrix(
  node: TfliteNode,
  conversion: TfliteConversion,
  input: number,
  isTransposed: boolean,
): { readonly tensor: string; readonly shape: readonly number[] } {
  const { name, type, shape } = node.input(input)
  const tensor = conversion.stored(name)
  if (!isTransposed) return { tensor, shape }
  const permutation = shape.map((_, axis) => axis)
  const [row, column] = permutation.splice(-2) as [number, number]
  permutation.push(column, row)
  const turned = permutation.map((axis) => shape[axis]!)
  return {
    tensor: conversion.emit('transpose', [tensor], { type, shape: turned }, { permutation }),
    shape: turned,
  }
}
