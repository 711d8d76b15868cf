// SPDX-License-Identifier: Apache-2.0
// QUANTIZE and DEQUANTIZE. Between integers QUANTIZE is rule M; of a float32 input of the model it is the edge's own
// quantization, and of a dequantized tensor a table.
import { requantizeFixed } from '../../arithmetic/fixed-point.js'
import { allocate, type ElementType, isQuantizedType, rangeOf } from '../../ir/types.js'
import { dequantizeTable, quantumOf } from '../../passes/convert/tables.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import { quantizeHalfAway } from '../../passes/tflite/quantize.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, integerRange } from '../tflite-rules.js'

export const quantize: TfliteOperator = {
  name: 'QUANTIZE',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireShape(output, input.shape)
    const to = node.quantization(output)
    if (input.type !== 'float32') {
      requantize(node, conversion)
      return
    }
    node.requireType(output, 'int8')
    const value = conversion.dequantized(input.name)
    if (!value) {
      throw node.error(
        'unsupported-feature',
        'It quantizes a float32 tensor that is not the result of a DEQUANTIZE',
        'Compile with quantized edges, or convert the model with int8 inputs.',
      )
    }
    const values = dequantizeTable(value.type, value.quantization)
    const table = Int8Array.from(values, (real) => quantizeHalfAway(real, to, rangeOf('int8')))
    if (table.every((quantum, byte) => value.type === 'int8' && quantum === quantumOf(byte, 'int8'))) {
      conversion.define(output.name, value.tensor)
      return
    }
    conversion.emitOutput('table', [value.tensor], output, { table, axis: null, label: 'quantize' })
  },
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
    node.requireType(input, 'int8')
    node.requireType(output, 'float32')
    const quantization = node.quantization(input)
    conversion.defineDequantized(output.name, {
      type: 'int8',
      tensor: conversion.stored(input.name),
      quantization,
    })
  },
}
