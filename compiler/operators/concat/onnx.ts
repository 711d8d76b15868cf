// SPDX-License-Identifier: Apache-2.0
// ONNX Concat and QLinearConcat: copies; inputs on another grid than the output's go through a table first.

import { allocate, type Constant, sizeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { asFloat } from '../../passes/convert/copies.js'
import { CommutingFloat } from '../../passes/convert/floats.js'
import { dequantizeTable } from '../../passes/convert/tables.js'
import type { FloatValue } from '../../passes/convert/values.js'
import { defaultZeroPoint } from '../fused.js'
import type { FusedNode, OnnxNode, OnnxOperator, QuantizedGroup } from '../onnx.js'
import { scalarQuantization } from '../scales.js'

function concatShape(node: OnnxNode, shapes: readonly (readonly number[])[]): number[] {
  const first = shapes[0]!
  const axis = node.axis(node.int('axis', 0), first.length)
  for (const shape of shapes) {
    const fits = shape.length === first.length && shape.every((d, i) => i === axis || d === first[i])
    if (!fits)
      throw node.error('malformed-model', `Shapes [${first}] and [${shape}] do not fit`, 'Correct them.')
  }
  return first.map((d, i) => (i === axis ? shapes.reduce((sum, s) => sum + s[axis]!, 0) : d))
}

function concatConstants(node: OnnxNode, inputs: readonly Constant[]): Constant {
  const shape = concatShape(
    node,
    inputs.map((c) => c.shape),
  )
  const axis = node.axis(node.int('axis', 0), shape.length)
  const data = allocate(inputs[0]!.type, sizeOf(shape))
  const outer = sizeOf(shape.slice(0, axis))
  let offset = 0
  for (let o = 0; o < outer; o++) {
    for (const input of inputs) {
      const run = sizeOf(input.shape.slice(axis))
      for (let i = 0; i < run; i++) data[offset++] = input.data[o * run + i]! as never
    }
  }
  return { type: inputs[0]!.type, shape, data }
}

const sameTable = (a: Float32Array, b: Float32Array) =>
  a.length === b.length && a.every((v, i) => Object.is(v, b[i]))

/** Tensors on one grid are concatenated as they are. */
function concatFloats(
  conversion: Conversion,
  floats: readonly FloatValue[],
  shape: readonly number[],
  axis: number,
) {
  const grid = floats[0]!.grid
  const isOneGrid =
    grid !== null &&
    grid.axis === null &&
    floats.every(
      (f) => f.grid?.axis === null && f.grid.type === grid.type && sameTable(f.grid.values, grid.values),
    )
  if (!isOneGrid) return new CommutingFloat(conversion, shape, 'concat', floats, () => ({ axis }))
  const tensors = floats.map((f) => f.grid!.tensor)
  const tensor = conversion.emit('concat', tensors, { type: grid.type, shape }, { axis })
  return conversion.grid(shape, { ...grid, tensor })
}

/** Reference rule: every input dequantized, one Q behind, all of one 8-bit type. */
function fuse(node: OnnxNode, { inputs, output }: QuantizedGroup): FusedNode | null {
  if (!output || (output.type !== 'int8' && output.type !== 'uint8')) return null
  const parts: string[] = []
  for (const input of inputs) {
    if (input?.type !== output.type) return null
    parts.push(input.tensor, input.scaleName, input.zeroPointName)
  }
  return {
    operator: 'com.microsoft.QLinearConcat',
    inputs: [output.scaleName, output.zeroPointName, ...parts],
    attributes: node.node.attributes,
  }
}

export const concat: OnnxOperator = {
  name: 'Concat',
  inputs: [1, 1024],
  attributes: { axis: 'int' },
  infer: (node) => {
    const types = node.node.inputs.map((_, i) => node.type(i))
    const other = types.find(({ type }) => type !== types[0]!.type)
    if (other) {
      throw node.error(
        'malformed-model',
        `It joins ${types[0]!.type} and ${other.type}`,
        'Give all of its inputs the same element type.',
      )
    }
    const shape = concatShape(
      node,
      types.map((type) => type.shape),
    )
    return [{ type: types[0]!.type, shape }]
  },
  evaluate: (node, inputs) => [concatConstants(node, inputs)],
  fuse,
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const { shape, type } = conversion.graph.tensors.get(output)!
    const axis = node.axis(node.int('axis', 0), shape.length)
    const values = node.node.inputs.map((name) => conversion.value(name))
    if (type !== 'float32') {
      const tensors = node.node.inputs.map((_, i) => conversion.integer(node, i).tensor)
      const tensor = conversion.emit('concat', tensors, { type, shape }, { axis })
      conversion.define(output, { kind: 'integer', type, shape, tensor })
      return
    }
    const floats = values.map((value) => asFloat(conversion, value))
    conversion.define(output, concatFloats(conversion, floats, shape, axis))
  },
}

/** Inputs: Y_scale, Y_zero_point, then X, X_scale, X_zero_point for each tensor. */
export const qLinearConcat: OnnxOperator = {
  name: 'com.microsoft.QLinearConcat',
  inputs: [5, 3074],
  attributes: { axis: 'int' },
  infer: (node) => {
    const shapes = node.node.inputs.flatMap((_, i) => (i >= 2 && (i - 2) % 3 === 0 ? [node.shape(i)] : []))
    return [{ type: node.has(1) ? node.type(1).type : node.type(2).type, shape: concatShape(node, shapes) }]
  },
  convert: (node, conversion) => {
    const name = node.node.outputs[0]!
    const { shape } = conversion.graph.tensors.get(name)!
    const type = defaultZeroPoint(node, 1, conversion.quantizedInput(node, 2).type)
    const target = { ...scalarQuantization(node, conversion, 0, type, 'output'), type }
    const tensors: string[] = []
    for (let i = 2; i < node.node.inputs.length; i += 3) {
      const x = conversion.quantizedInput(node, i)
      const quantization = scalarQuantization(node, conversion, i + 1, x.type, 'input')
      const values = dequantizeTable(x.type, quantization)
      const grid = { tensor: x.tensor, type: x.type, values, axis: null, quantization, label: 'requantize' }
      tensors.push(conversion.grid(x.shape, grid).quantized(target))
    }
    const axis = node.axis(node.int('axis', 0), shape.length)
    const tensor = conversion.emit('concat', tensors, { type, shape, name }, { axis })
    conversion.define(name, { kind: 'integer', type, shape, tensor })
  },
}
