// SPDX-License-Identifier: Apache-2.0
// ONNX's elementary functions of one value, which the reference always runs in float: on quanta they are tables.
import * as activations from '../../arithmetic/activations.js'
import { cLog } from '../../arithmetic/exponential.js'
import { f32, roundHalfEven } from '../../arithmetic/float32.js'
import * as functions from '../../arithmetic/functions.js'
import * as trigonometric from '../../arithmetic/trigonometric.js'
import type { PlainUnaryOperation } from '../../ir/plain-operators.js'
import type { OnnxOperator } from '../onnx.js'
import { withIntegers } from '../plain-unary/onnx.js'
import { unary } from './unary.js'

type Function = (x: number) => number

const plain: Readonly<Record<string, Function>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: (x) => f32(Math.sqrt(x)),
  Reciprocal: (x) => f32(1 / x),
  Exp: functions.exp,
  Log: cLog,
  Erf: functions.erf,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: (x) => (Number.isFinite(x) ? roundHalfEven(Math.abs(x)) * (x < 0 || Object.is(x, -0) ? -1 : 1) : x),
  Sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : Number.isNaN(x) ? x : 0),
  Sin: trigonometric.sin,
  Cos: trigonometric.cos,
  Tan: trigonometric.tan,
  Asin: trigonometric.asin,
  Acos: trigonometric.acos,
  Atan: trigonometric.atan,
  Sinh: trigonometric.sinh,
  Cosh: trigonometric.cosh,
  Asinh: trigonometric.asinh,
  Acosh: trigonometric.acosh,
  Atanh: trigonometric.atanh,
  Softplus: activations.softplus,
  Softsign: functions.softsign,
  Mish: activations.mish,
}

const onIntegers: Readonly<Record<string, PlainUnaryOperation>> = {
  Neg: 'negate',
  Abs: 'absolute',
  Sign: 'sign',
}

export const elementary: readonly OnnxOperator[] = [
  ...Object.entries(plain).map(([name, apply]) => {
    const float = unary(name, {}, () => apply)
    const operation = onIntegers[name]
    return operation ? withIntegers(float, operation) : float
  }),
  unary('Elu', { alpha: 'float' }, (node) => activations.elu(node.float('alpha', 1))),
  unary('Celu', { alpha: 'float' }, (node) => activations.celu(node.float('alpha', 1))),
  unary('Selu', { alpha: 'float', gamma: 'float' }, (node) =>
    activations.selu(node.float('alpha', 1.6732631921768188), node.float('gamma', 1.0507010221481323)),
  ),
  unary('ThresholdedRelu', { alpha: 'float' }, (node) => {
    const threshold = node.float('alpha', 1)
    return (x) => (x > threshold ? x : 0)
  }),
  unary('Shrink', { lambd: 'float', bias: 'float' }, (node) =>
    activations.shrink(node.float('lambd', 0.5), node.float('bias', 0)),
  ),
  unary('Gelu', { approximate: 'string' }, (node) => {
    const approximate = node.string('approximate', 'none')
    if (approximate === 'none') return functions.gelu
    if (approximate === 'tanh') return functions.geluTanh
    throw node.error(
      'unsupported-attribute',
      `approximate "${approximate}" is unknown`,
      'Use none or tanh.',
      'approximate',
    )
  }),
  unary('com.microsoft.Gelu', {}, () => functions.gelu),
  unary('com.microsoft.QuickGelu', { alpha: 'float' }, (node) => {
    const alpha = node.float('alpha', 1.702)
    return (x) => f32(x * functions.logistic(f32(alpha * x)))
  }),
]
