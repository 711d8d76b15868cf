// SPDX-License-Identifier: Apache-2.0
// ONNX's operators of two integer or bool tensors, and comparisons. Add, Sub, Mul, Div, Min and Max come here for what is
// not float.
import type { PlainBinaryOperation } from '../../ir/plain-operators.js'
import type { ElementType } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { type AttributeKind, broadcast, type OnnxNode, type OnnxOperator } from '../onnx.js'
import { plainType } from '../reference-types.js'
import { plainBinaryValues } from './reference.js'

/** Defines the node's output as the operation on all its inputs, from left to right. */
export function convertPlainBinary(
  node: OnnxNode,
  conversion: Conversion,
  operation: PlainBinaryOperation,
  result: ElementType = plainType(node),
): void {
  const output = node.node.outputs[0]!
  const tensorOf = (input: number) => {
    if (node.type(input).type !== 'float32') return conversion.integer(node, input)
    const value = conversion.float(node, input)
    return { shape: value.shape, tensor: value.stored() }
  }
  let { shape, tensor } = tensorOf(0)
  for (let input = 1; input < node.node.inputs.length; input++) {
    const other = tensorOf(input)
    shape = broadcast(shape, other.shape, node)
    tensor = conversion.emit('plain_binary', [tensor, other.tensor], { type: result, shape }, { operation })
  }
  conversion.define(output, { kind: 'integer', type: result, shape, tensor })
}

interface Form {
  readonly attributes?: Readonly<Record<string, AttributeKind>>
  readonly isComparison?: boolean
  operation(node: OnnxNode): PlainBinaryOperation
}

function plain(name: string, { attributes = {}, isComparison = false, operation }: Form): OnnxOperator {
  const typeOf = (node: OnnxNode): ElementType => {
    const isFloat = isComparison && node.type(0).type === 'float32' && node.type(1).type === 'float32'
    const type = isFloat ? 'float32' : plainType(node)
    return isComparison ? 'bool' : type
  }
  return {
    name,
    inputs: [2, 2],
    attributes,
    infer: (node) => [{ type: typeOf(node), shape: broadcast(node.shape(0), node.shape(1), node) }],
    evaluate: (node, [a, b]) => {
      const output = { type: typeOf(node), shape: broadcast(a!.shape, b!.shape, node) }
      return [{ ...output, data: plainBinaryValues(operation(node), a!, b!, output) }]
    },
    convert: (node, conversion) => convertPlainBinary(node, conversion, operation(node), typeOf(node)),
  }
}

const simple = (name: string, operation: PlainBinaryOperation) => plain(name, { operation: () => operation })
const comparison = (name: string, operation: PlainBinaryOperation) =>
  plain(name, { isComparison: true, operation: () => operation })

export const and = simple('And', 'and')
export const or = simple('Or', 'or')
export const xor = simple('Xor', 'xor')
export const bitwiseAnd = simple('BitwiseAnd', 'and')
export const bitwiseOr = simple('BitwiseOr', 'or')
export const bitwiseXor = simple('BitwiseXor', 'xor')
export const equal = comparison('Equal', 'equal')
export const greater = comparison('Greater', 'greater')
export const greaterOrEqual = comparison('GreaterOrEqual', 'greater_or_equal')
export const less = comparison('Less', 'less')
export const lessOrEqual = comparison('LessOrEqual', 'less_or_equal')

export const bitShift = plain('BitShift', {
  attributes: { direction: 'string' },
  operation: (node) => {
    const direction = node.string('direction', '')
    if (direction === 'LEFT') return 'shift_left'
    if (direction === 'RIGHT') return 'shift_right'
    throw node.error('malformed-model', `Direction "${direction}"`, 'Use LEFT or RIGHT.', 'direction')
  },
})

export const mod = plain('Mod', {
  attributes: { fmod: 'int' },
  operation: (node) => {
    if (node.int('fmod', 0) === 0) return 'modulo'
    if (node.type(0).type !== 'uint64') return 'remainder'
    throw node.error(
      'unsupported-type',
      'The reference takes the remainder of uint64 in float64',
      'Leave fmod out: without a sign both remainders are the same.',
      'fmod',
    )
  },
})
