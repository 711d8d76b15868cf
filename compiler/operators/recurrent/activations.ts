// SPDX-License-Identifier: Apache-2.0
// The reference's gate functions. The same name is computed in three ways: with its vector functions (LSTM; the update gate
// of a GRU), with a rational tanh that saturates elsewhere (the other gates of a GRU), with the C library's exp (RNN).
import { cExp } from '../../arithmetic/exponential.js'
import { f32 } from '../../arithmetic/float32.js'
import { logistic, tanh, tanhWithin, type UnaryFunction } from '../../arithmetic/functions.js'
import type { Activation, GateFunction, RecurrentAttributes } from '../../ir/recurrent-operators.js'

/** merged: as vector, but for Relu of NaN: the function that an LSTM merges with its output gate. */
export type Method = 'vector' | 'merged' | 'rational' | 'exponential'

/** How the functions of a cell are computed, in the order of its activations. */
export const methodsOf = (cell: RecurrentAttributes['cell']): readonly Method[] =>
  cell === 'lstm'
    ? ['vector', 'vector', 'merged']
    : cell === 'gru'
      ? ['rational', 'rational']
      : ['exponential']

const rationalSigmoid: UnaryFunction = (x) => f32(0.5 * f32(1 + tanhWithin(f32(0.5 * limit(x, 20)), 10)))

function exponentialSigmoid(x: number): number {
  if (x >= 0) return f32(1 / f32(1 + cExp(-x)))
  return f32(cExp(x) / f32(1 + cExp(x)))
}

/** The bound for NaN, unlike Math.max. */
// biome-ignore lint/complexity/useMathMinMax: NaN
export const greater = (x: number, bound: number): number => (x > bound ? x : bound)
// biome-ignore lint/complexity/useMathMinMax: NaN
export const lesser = (x: number, bound: number): number => (x < bound ? x : bound)

const sigmoids: Record<Method, UnaryFunction> = {
  vector: logistic,
  merged: logistic,
  rational: rationalSigmoid,
  exponential: exponentialSigmoid,
}
const tanhs: Record<Method, UnaryFunction> = {
  vector: tanh,
  merged: tanh,
  rational: (x) => tanhWithin(x, 10),
  exponential: (x) => f32(f32(2 * exponentialSigmoid(f32(2 * x))) - 1),
}

const relus: Record<Method, UnaryFunction> = {
  vector: (x) => Math.max(x, 0),
  merged: (x) => greater(x, 0),
  rational: (x) => greater(x, 0),
  exponential: (x) => greater(x, 0),
}

const others: Record<
  Exclude<GateFunction, 'relu' | 'sigmoid' | 'tanh'>,
  (x: number, a: number, b: number) => number
> = {
  affine: (x, a, b) => f32(f32(a * x) + b),
  leakyrelu: (x, a) => (x >= 0 ? x : f32(a * x)),
  thresholdedrelu: (x, a) => (x > a ? x : 0),
  hardsigmoid: (x, a, b) => lesser(greater(f32(f32(a * x) + b), 0), 1),
  softsign: (x) => f32(x / f32(1 + Math.abs(x))),
}

export function gateFunction({ name, alpha, beta }: Activation, method: Method): UnaryFunction {
  if (name === 'sigmoid') return sigmoids[method]
  if (name === 'tanh') return tanhs[method]
  if (name === 'relu') return relus[method]
  const other = others[name]
  return (x) => other(x, alpha, beta)
}

const limit = (x: number, bound: number): number => Math.min(bound, Math.max(-bound, x))
