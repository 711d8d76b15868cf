// SPDX-License-Identifier: Apache-2.0
// ONNX's operators of one integer or bool tensor, and Cast.
import { elementTypeOf } from '../../import/tensor-proto.js'
import type { PlainUnaryOperation } from '../../ir/plain-operators.js'
import { type Constant, isNibbleType, isQuantizedType } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { convertCopy } from '../../passes/convert/copies.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { plainType } from '../reference-types.js'
import { castValues } from './reference.js'

/** Defines the node's output as the operation on its integer input. */
export function convertPlainUnary(
  node: OnnxNode,
  conversion: Conversion,
  operation: PlainUnaryOperation,
): void {
  const type = plainType(node)
  const { shape, tensor } = conversion.integer(node, 0)
  const result = conversion.emit('plain_unary', [tensor], { type, shape }, { operation })
  conversion.define(node.node.outputs[0]!, { kind: 'integer', type, shape, tensor: result })
}

const inferPlain = (node: OnnxNode) => [{ type: plainType(node), shape: node.shape(0) }]

const plain = (name: string, operation: PlainUnaryOperation): OnnxOperator => ({
  name,
  inputs: [1, 1],
  attributes: {},
  infer: inferPlain,
  convert: (node, conversion) => convertPlainUnary(node, conversion, operation),
})

export const not = plain('Not', 'not')
export const bitwiseNot = plain('BitwiseNot', 'complement')

/** A float operator that integers have, too. */
export const withIntegers = (float: OnnxOperator, operation: PlainUnaryOperation): OnnxOperator => ({
  ...float,
  infer: (node) => (node.type(0).type === 'float32' ? float.infer(node) : inferPlain(node)),
  convert: (node, conversion) => {
    if (node.type(0).type === 'float32') float.convert!(node, conversion)
    else convertPlainUnary(node, conversion, operation)
  },
})

const castType = (node: OnnxNode) => {
  const type = elementTypeOf(node.int('to', 0), `Cast "${node.node.name}"`)
  if (type !== 'float64' && !isNibbleType(type)) return type
  throw node.error(
    'unsupported-type',
    `It casts to ${type}`,
    'Cast to float32, or to integers of 8 bits and more.',
    'to',
  )
}

export const cast: OnnxOperator = {
  name: 'Cast',
  inputs: [1, 1],
  attributes: { to: 'int', saturate: 'int', round_mode: 'string' },
  infer: (node) => [{ type: castType(node), shape: node.shape(0) }],
  evaluate: (node, [x]) => [castConstant(x!, node)],
  convert: (node, conversion) => {
    const to = castType(node)
    const from = node.type(0).type
    const output = node.node.outputs[0]!
    if (from === to) return convertCopy(node, conversion, 'reshape', {})
    if (from === 'float32') return castFloat(node, conversion)
    const { shape, type, tensor, floated } = conversion.integer(node, 0)
    if (to === 'float32' && floated) {
      conversion.define(output, conversion.stored(shape, floated()))
      return
    }
    if (to === 'float32' && isQuantizedType(type)) {
      const values = castValues(bytesAs(type), 'float32') as Float32Array
      const grid = { tensor, type, values, axis: null, quantization: null, label: 'cast' }
      conversion.define(output, conversion.grid(shape, grid))
      return
    }
    const result = conversion.emit('plain_unary', [tensor], { type: to, shape }, { operation: 'cast' })
    conversion.define(
      output,
      to === 'float32'
        ? conversion.stored(shape, result)
        : { kind: 'integer', type: to, shape, tensor: result },
    )
  },
}

/** Every value of an 8-bit type, by its byte. */
const bytesAs = (type: 'int8' | 'uint8') => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  return type === 'int8' ? new Int8Array(bytes.buffer) : bytes
}

/** To an integer type: a table where the float is a function of one 8-bit tensor. */
function castFloat(node: OnnxNode, conversion: Conversion): void {
  const type = castType(node)
  const value = conversion.float(node, 0)
  const { grid, shape } = value
  const tensor =
    grid && grid.axis === null && (isQuantizedType(type) || type === 'bool')
      ? conversion.emit(
          'table',
          [grid.tensor],
          { type, shape },
          { table: castValues(grid.values, type), axis: null, label: `${grid.label}, cast` },
        )
      : conversion.emit('plain_unary', [value.stored()], { type, shape }, { operation: 'cast' })
  conversion.define(node.node.outputs[0]!, { kind: 'integer', type, shape, tensor })
}

function castConstant(x: Constant, node: OnnxNode): Constant {
  const type = castType(node)
  return { type, shape: x.shape, data: castValues(x.data, type) }
}
