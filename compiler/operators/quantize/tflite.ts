// SPDX-License-Identifier: Apache-2.0
// QUANTIZE and DEQUANTIZE. Between integers QUANTIZE is rule M; of a float32 input of the model it is the edge's own
// quantization, and of a dequantized tensor a table.
import { requantizeFixed } from '../../arithmetic/fixed-point.js'
import { rangeOf } from '../../ir/types.js'
import { dequantizeTable, quantumOf } from '../../passes/convert/tables.js'
import { quantizeHalfAway } from '../../passes/tflite/quantize.js'
import type { TfliteOperator } from '../tflite.js'
import { checkedMultiplier, int8Table } from '../tflite-rules.js'

export const quantize: TfliteOperator = {
  name: 'QUANTIZE',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireShape(output, input.shape)
    node.requireType(output, 'int8')
    const to = node.quantization(output)
    if (input.type !== 'float32') {
      node.requireType(input, 'int8')
      const from = node.quantization(input)
      const by = checkedMultiplier(node, from.scale / to.scale)
      const finish = { ...rangeOf('int8'), zeroPoint: to.zeroPoint }
      const table = int8Table((quantum) => requantizeFixed(quantum - from.zeroPoint, by, finish))
      conversion.emitOutput('table', [conversion.stored(input.name)], output, {
        table,
        axis: null,
        label: 'requantize',
      })
      return
    }
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
