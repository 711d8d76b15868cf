// SPDX-License-Identifier: Apache-2.0
// Activation functions that the reference builds on the C library's exp and log1p (exponential.ts), one float32 operation
// after the other. Equal to onnxruntime-web in every bit.
import { cExp, cLog1p } from './exponential.js'
import { f32 } from './float32.js'
import { tanh, type UnaryFunction } from './functions.js'

/** log(1 + e^x), without overflow for large x. */
export const softplus: UnaryFunction = (x) => (x > 0 ? f32(x + cLog1p(cExp(-x))) : cLog1p(cExp(x)))

/** The reference decomposes it into Softplus, Tanh and Mul. */
export const mish: UnaryFunction = (x) => f32(x * tanh(softplus(x)))

export const elu =
  (alpha: number): UnaryFunction =>
  (x) =>
    x >= 0 ? x : f32(alpha * f32(cExp(x) - 1))

export const celu =
  (alpha: number): UnaryFunction =>
  (x) =>
    x > 0 ? x : f32(alpha * f32(cExp(f32(x / alpha)) - 1))

export const selu =
  (alpha: number, gamma: number): UnaryFunction =>
  (x) =>
    x > 0 ? f32(gamma * x) : f32(f32(gamma * alpha) * f32(cExp(x) - 1))

export const shrink =
  (threshold: number, bias: number): UnaryFunction =>
  (x) => {
    if (x < -threshold) return f32(x + bias)
    return x > threshold ? f32(x - bias) : 0
  }
