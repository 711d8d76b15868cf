// SPDX-License-Identifier: Apache-2.0
// ONNX functions of one value (Relu, Sigmoid, ...), BatchNormalization of a quantized tensor, and the QLinear forms:
// 256-entry tables.
import * as functions from '../../arithmetic/functions.js'
import { rangeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { ConstantFloat } from '../../passes/convert/floats.js'
import { binaryFloat, clampFloat } from '../../passes/convert/functions.js'
import { dequantizeTable } from '../../passes/convert/tables.js'
import { fuseUnary } from '../average-pool/onnx.js'
import { defaultZeroPoint } from '../fused.js'
import { type AttributeKind, float32Scalar, type OnnxNode, type OnnxOperator } from '../onnx.js'
import { scalarQuantization } from '../scales.js'
import { unary } from './unary.js'

const f = Math.fround

export const leakyRelu: OnnxOperator = {
  ...unary('LeakyRelu', { alpha: 'float' }, (node) => functions.leakyRelu(node.float('alpha', 0.01))),
  fuse: fuseUnary('com.microsoft.QLinearLeakyRelu', () => ({})),
}
export const sigmoid: OnnxOperator = {
  ...unary('Sigmoid', {}, () => functions.logistic),
  fuse: fuseUnary('com.microsoft.QLinearSigmoid', () => ({})),
}
export const tanh = unary('Tanh', {}, () => functions.tanh)
export const hardSigmoid = unary('HardSigmoid', { alpha: 'float', beta: 'float' }, (node) => {
  return functions.hardSigmoid(node.float('alpha', 0.2), node.float('beta', 0.5))
})
export const hardSwish = unary('HardSwish', {}, () => functions.hardSwish)

export const relu: OnnxOperator = {
  name: 'Relu',
  inputs: [1, 1],
  attributes: {},
  infer: (node) => [node.type(0)],
  clamp: () => ({ min: 0, max: Number.POSITIVE_INFINITY }),
  convert: (node, conversion) => convertClamp(node, conversion, 0, Number.POSITIVE_INFINITY),
}

/** Bounds of a Clip that has none of its own. */
const greatestFloat = (2 - 2 ** -23) * 2 ** 127

/** Constant bounds of a Clip; null where they are computed. */
function clipBounds(node: OnnxNode, constantAt: (input: number) => number | undefined | null) {
  const min = node.has(1) ? constantAt(1) : -greatestFloat
  const max = node.has(2) ? constantAt(2) : greatestFloat
  return min == null || max == null ? null : { min, max }
}

/**
 * The same clamp with min <= max and no NaN. The reference takes the maximum with min first and the minimum with max
 * last, so that max wins where they are out of order; a bound that is NaN bounds nothing.
 */
function orderedBounds({ min, max }: { min: number; max: number }) {
  const high = Number.isNaN(max) ? Number.POSITIVE_INFINITY : max
  return { low: Number.isNaN(min) ? Number.NEGATIVE_INFINITY : Math.min(min, high), high }
}

const firstOf = (constant: { readonly data: ArrayLike<number | bigint> } | undefined): number | undefined =>
  constant && constant.data.length === 1 ? Number(constant.data[0]) : undefined

export const clip: OnnxOperator = {
  name: 'Clip',
  inputs: [1, 3],
  attributes: {},
  earlier: [
    {
      until: 10,
      inputs: [1, 1],
      attributes: { min: 'float', max: 'float' },
      upgrade: (node) => {
        const [low, high] = [node.float('min', -greatestFloat), node.float('max', greatestFloat)]
        return { inputs: [node.node.inputs[0]!, float32Scalar(low), float32Scalar(high)], attributes: {} }
      },
    },
  ],
  infer: (node) => [node.type(0)],
  clamp: (node) => clipBounds(node, (input) => firstOf(node.constant(input))),
  convert: (node, conversion) => {
    const bounds = clipBounds(node, (input) => firstOf(conversion.constant(node, input)))
    if (!bounds)
      throw node.error('not-constant', 'Its bounds are computed at run time', 'Make them initializers.')
    const { low, high } = orderedBounds(bounds)
    convertClamp(node, conversion, low, high)
  },
}

function convertClamp(node: OnnxNode, conversion: Conversion, low: number, high: number): void {
  const output = node.node.outputs[0]!
  const label = node.node.operator.toLowerCase()
  if (conversion.value(node.node.inputs[0]!).kind === 'integer') {
    const x = conversion.quantizedInput(node, 0)
    const table = integerTable(x.type, (q) => Math.min(Math.max(q, low), high))
    const tensor = conversion.emit(
      'table',
      [x.tensor],
      { type: x.type, shape: x.shape },
      { table, axis: null, label },
    )
    conversion.define(output, { kind: 'integer', type: x.type, shape: x.shape, tensor })
    return
  }
  conversion.define(output, clampFloat(node, conversion, conversion.float(node, 0), low, high, label))
}

function integerTable(type: 'int8' | 'uint8', apply: (quantum: number) => number): Int8Array | Uint8Array {
  const table = type === 'int8' ? new Int8Array(256) : new Uint8Array(256)
  const { min } = rangeOf(type)
  for (let quantum = min; quantum < min + 256; quantum++) table[quantum & 255] = apply(quantum)
  return table
}

/** com.microsoft.QLinear<function>: inputs X, X_scale, X_zero_point, Y_scale, Y_zero_point. */
function qLinearUnary(
  name: string,
  attributes: Readonly<Record<string, AttributeKind>>,
  functionOf: (node: OnnxNode) => (v: number) => number,
): OnnxOperator {
  return {
    name: `com.microsoft.${name}`,
    inputs: [4, 5],
    attributes,
    infer: (node) => [{ type: node.has(4) ? node.type(4).type : node.type(0).type, shape: node.shape(0) }],
    convert: (node, conversion) => {
      const x = conversion.quantizedInput(node, 0)
      const type = defaultZeroPoint(node, 4, x.type)
      const input = scalarQuantization(node, conversion, 1, x.type, 'input')
      const target = { ...scalarQuantization(node, conversion, 3, type, 'output'), type }
      const { tensor } = x
      const values = dequantizeTable(x.type, input).map(functionOf(node))
      const grid = { tensor, type: x.type, values, axis: null, quantization: null, label: name }
      const quantized = conversion.grid(x.shape, grid).quantized(target)
      conversion.define(node.node.outputs[0]!, { kind: 'integer', type, shape: x.shape, tensor: quantized })
    },
  }
}

export const qLinearSigmoid = qLinearUnary('QLinearSigmoid', {}, () => functions.logistic)
export const qLinearLeakyRelu = qLinearUnary('QLinearLeakyRelu', { alpha: 'float' }, (node) => {
  return functions.leakyRelu(node.float('alpha', 0.01))
})

/**
 * Research rule 2.6: k = f(g * f(1 / f(sqrt(f(var + eps))))), c = f(b - f(mean * k)), y = f(f(x * k) + c).
 * On a quantized tensor that is one table per channel.
 */
export const batchNormalization: OnnxOperator = {
  name: 'BatchNormalization',
  inputs: [5, 5],
  attributes: { epsilon: 'float', momentum: 'float', training_mode: 'int' },
  earlier: [
    {
      until: 8,
      inputs: [5, 5],
      attributes: { epsilon: 'float', momentum: 'float', spatial: 'int' },
      upgrade: (node) => {
        const { spatial, ...attributes } = node.node.attributes
        if (spatial === undefined || spatial === 1) return { inputs: node.node.inputs, attributes }
        throw node.error(
          'unsupported-attribute',
          'Every place has parameters of its own',
          'Export it with spatial set to 1.',
          'spatial',
        )
      },
    },
    { until: 13, inputs: [5, 5], attributes: { epsilon: 'float', momentum: 'float' } },
  ],
  infer: (node) => {
    if (node.int('training_mode', 0) !== 0) {
      throw node.error(
        'unsupported-attribute',
        'training_mode is set',
        'Export for inference.',
        'training_mode',
      )
    }
    return [node.type(0)]
  },
  convert: (node, conversion) => {
    const value = conversion.float(node, 0)
    const { shape } = value
    const channels = shape[1] ?? 0
    const parameter = (input: number, what: string) => {
      const constant = conversion.requiredConstant(node, input, what)
      if (constant.type === 'float32' && constant.data.length === channels)
        return constant.data as Float32Array
      throw node.error(
        'malformed-model',
        `${what} does not have ${channels} float32 entries`,
        `Give one for each of the ${channels} channels.`,
      )
    }
    const [gain, bias] = [parameter(1, 'scale'), parameter(2, 'bias')]
    const [mean, variance] = [parameter(3, 'mean'), parameter(4, 'variance')]
    const epsilon = node.float('epsilon', 1e-5)
    const factor = gain.map((g, c) => f(g * f(1 / f(Math.sqrt(f(variance[c]! + epsilon))))))
    const shift = bias.map((b, c) => f(b - f(mean[c]! * factor[c]!)))
    const perChannel = (data: Float32Array) =>
      new ConstantFloat(conversion, {
        type: 'float32',
        shape: shape.slice(1).map((_, i) => (i === 0 ? channels : 1)),
        data,
      })
    const scaled = binaryFloat(node, conversion, 'multiply', value, perChannel(factor), shape)
    conversion.define(
      node.node.outputs[0]!,
      binaryFloat(node, conversion, 'add', scaled, perChannel(shift), shape),
    )
  },
}
