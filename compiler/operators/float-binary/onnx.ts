// SPDX-License-Identifier: Apache-2.0
// ONNX operators of two values that the reference always runs in float: one float32 operation, or a power.
import { cPow } from '../../arithmetic/exponential.js'
import { f32 } from '../../arithmetic/float32.js'
import type { FloatBinaryOperation } from '../../ir/operators.js'
import { convertCopy } from '../../passes/convert/copies.js'
import { ConstantFloat } from '../../passes/convert/floats.js'
import { binaryFloat, mapFloat, pairFunction } from '../../passes/convert/functions.js'
import type { FloatValue } from '../../passes/convert/values.js'
import { constantSide } from '../broadcast-runs.js'
import { evaluateBinary } from '../constant/arithmetic.js'
import { broadcast, type OnnxNode, type OnnxOperator } from '../onnx.js'
import { convertPlainBinary } from '../plain-binary/onnx.js'

function floatOnly(name: string, operation: FloatBinaryOperation): OnnxOperator {
  return {
    name,
    inputs: [2, 2],
    attributes: {},
    infer: (node) => [{ type: node.type(0).type, shape: broadcast(node.shape(0), node.shape(1), node) }],
    evaluate: (node, [a, b]) => [evaluateBinary(node, operation, a!, b!)],
    convert: (node, conversion) => {
      if (node.type(0).type !== 'float32' && operation !== 'prelu') {
        return convertPlainBinary(node, conversion, operation)
      }
      const [a, b] = [conversion.float(node, 0), conversion.float(node, 1)]
      const output = node.node.outputs[0]!
      const { shape } = conversion.graph.tensors.get(output)!
      conversion.define(output, binaryFloat(node, conversion, operation, a, b, shape))
    },
  }
}

/** The same operation over any number of inputs, from left to right. */
function variadic(pair: OnnxOperator, operation: 'minimum' | 'maximum'): OnnxOperator {
  return {
    ...pair,
    inputs: [1, Number.POSITIVE_INFINITY],
    infer: (node) => {
      const shapes = node.node.inputs.map((_, input) => node.shape(input))
      return [{ type: node.type(0).type, shape: shapes.reduce((a, b) => broadcast(a, b, node)) }]
    },
    evaluate: (node, inputs) => [inputs.reduce((a, b) => evaluateBinary(node, operation, a, b))],
    convert: (node, conversion) => {
      if (node.node.inputs.length === 1) return convertCopy(node, conversion, 'reshape', {})
      if (node.type(0).type !== 'float32') return convertPlainBinary(node, conversion, operation)
      const values = node.node.inputs.map((_, input) => conversion.float(node, input))
      // Of zeros of both signs the first wins: a run's elements come before the one that they are compared with.
      const merged = values.reduce((a, b) => {
        const [p, q] = constantSide(a.shape, b.shape) === 'first' ? [b, a] : [a, b]
        return binaryFloat(node, conversion, operation, p, q, broadcast(a.shape, b.shape, node))
      })
      conversion.define(node.node.outputs[0]!, merged)
    },
  }
}

export const sub = floatOnly('Sub', 'subtract')
export const div = floatOnly('Div', 'divide')
export const min = variadic(floatOnly('Min', 'minimum'), 'minimum')
export const max = variadic(floatOnly('Max', 'maximum'), 'maximum')

export const prelu: OnnxOperator = {
  ...floatOnly('PRelu', 'prelu'),
  infer: (node) => {
    const [x, slope] = [node.shape(0), node.shape(1)]
    const shape = broadcast(x, slope, node)
    if (`${shape}` === `${x}`) return [node.type(0)]
    throw node.error(
      'malformed-model',
      `Its slope [${slope}] does not broadcast to its input [${x}]`,
      'The slope must not be larger than the input.',
    )
  },
}

/** The reference multiplies for the exponents 2 and 3, where it takes one for a run of bases; others go to the C library. */
function powerOf(exponent: number): (x: number) => number {
  if (exponent === 2) return (x) => f32(x * x)
  if (exponent === 3) return (x) => f32(f32(x * x) * x)
  return (x) => cPow(x, exponent)
}

/** No function of one or two quanta, nor a constant. */
const isComputed = (value: FloatValue): boolean =>
  !value.grid && !value.pair && !(value instanceof ConstantFloat)

function refuseWholeType(node: OnnxNode): never {
  throw node.error(
    'unsupported-type',
    `Its exponent is of type ${node.type(1).type}: the reference computes that in double precision, in an order that is not known`,
    'Give it a float32 exponent, or the constant 2 or 3.',
  )
}

export const pow: OnnxOperator = {
  name: 'Pow',
  inputs: [2, 2],
  attributes: {},
  infer: (node) => [{ type: node.type(0).type, shape: broadcast(node.shape(0), node.shape(1), node) }],
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const { shape } = conversion.graph.tensors.get(output)!
    const base = conversion.float(node, 0)
    const exponent = conversion.constant(node, 1)
    const isOne = exponent?.data.length === 1 && `${shape}` === `${base.shape}`
    const isFloat = node.type(1).type === 'float32'
    const value = isOne ? Number(exponent.data[0]) : Number.NaN
    const hasRuns = constantSide(base.shape, node.shape(1)) === 'second'
    const power = hasRuns ? (x: number, y: number) => powerOf(y)(x) : cPow
    if (!isFloat && !(hasRuns && (value === 2 || value === 3))) refuseWholeType(node)
    if (isOne && hasRuns && (value === 2 || value === 3) && isComputed(base)) {
      const times = (a: FloatValue) => binaryFloat(node, conversion, 'multiply', a, base, shape)
      conversion.define(output, value === 2 ? times(base) : times(times(base)))
    } else if (isOne)
      conversion.define(
        output,
        mapFloat(node, conversion, base, (x) => power(x, value), 'pow'),
      )
    else {
      const both = [base, conversion.float(node, 1)] as const
      conversion.define(output, pairFunction(node, conversion, power, both, shape))
    }
  },
}
