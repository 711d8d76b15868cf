// SPDX-License-Identifier: Apache-2.0
// QUANTIZE and DEQUANTIZE. Between integers QUANTIZE is rule M; of a float32 input of the model it may be the edge's own
// quantization, of a dequantized int8 tensor it is a table, else a division of float32.
import { requantizeFixed } from '../../arithmetic/fixed-point.js'
import { isExactGrid, quantizeHalfAway } from '../../arithmetic/half-away.js'
import { allocate, type ElementType, isQuantizedType, rangeOf } from '../../ir/types.js'
import { dequantizeTable, quantumOf } from '../../passes/convert/tables.js'
import type { Dequantized, TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, integerRange } from '../tflite-rules.js'

export const quantize: TfliteOperator = {
  name: 'QUANTIZE',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireShape(output, input.shape)
    if (input.type !== 'float32') {
      requantize(node, conversion)
      return
    }
    node.requireType(output, 'int8', 'int16')
    const value = conversion.dequantized(input.name)
    if (value && isSame(node, value)) {
      conversion.define(output.name, value.tensor)
      return
    }
    const to = node.quantization(output)
    if (value && isQuantizedType(value.type) && output.type === 'int8') {
      const values = dequantizeTable(value.type, value.quantization)
      const table = Int8Array.from(values, (real) => quantizeHalfAway(real, to, rangeOf('int8')))
      conversion.emitOutput('table', [value.tensor], output, { table, axis: null, label: 'quantize' })
      return
    }
    conversion.emitOutput('quantize', [conversion.stored(input.name)], output, {
      ...{ scales: Float32Array.of(to.scale), zeroPoints: [to.zeroPoint], axis: null, halvesAway: true },
    })
  },
}

/** The quanta of the edge, or of the tensor that was dequantized, come back as they were. */
function isSame(node: TfliteNode, { type, quantization }: Dequantized): boolean {
  const { scale, zeroPoint } = node.quantization(node.output())
  const isEqual = scale === quantization.scale && zeroPoint === quantization.zeroPoint
  return isEqual && type === node.output().type && isExactGrid(type, quantization)
}

const pairs: Partial<Record<ElementType, readonly ElementType[]>> = {
  int8: ['int8', 'uint8', 'int16', 'int32'],
  uint8: ['int8'],
  int16: ['int8', 'int16', 'int32'],
  int32: ['int8', 'int16'],
}

/** From integers to integers. */
function requantize(node: TfliteNode, conversion: TfliteConversion): void {
  const [input, output] = [node.input(0), node.output()]
  node.requireType(input, 'int8', 'uint8', 'int16', 'int32')
  node.requireType(output, ...pairs[input.type]!)
  const [from, to] = [node.quantization(input), node.quantization(output)]
  const by = checkedMultiplier(node, from.scale / to.scale)
  const finish = { ...integerRange(output.type), zeroPoint: to.zeroPoint }
  conversion.emitElementwise(input, output, (x, form) => {
    if (isQuantizedType(input.type) && isQuantizedType(output.type)) {
      const table = allocate(output.type, 256)
      for (let byte = 0; byte < 256; byte++) {
        table[byte] = requantizeFixed(quantumOf(byte, input.type) - from.zeroPoint, by, finish)
      }
      return conversion.emit('table', [x], form, { table, axis: null, label: 'requantize' })
    }
    const slopes = { positive: by, negative: by, isNegated: false }
    return conversion.emit('fixed_unary', [x], form, {
      slopes,
      inputZeroPoint: from.zeroPoint,
      result: finish,
    })
  })
}

export const dequantize: TfliteOperator = {
  name: 'DEQUANTIZE',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireShape(output, input.shape)
    node.requireType(input, 'int8', 'uint8', 'int16')
    node.requireType(output, 'float32')
    conversion.defineDequantized(output.name, {
      type: input.type as Dequantized['type'],
      tensor: conversion.stored(input.name),
      quantization: node.quantization(input),
    })
  },
}
