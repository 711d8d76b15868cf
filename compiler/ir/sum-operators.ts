// SPDX-License-Identifier: Apache-2.0
// Attributes of sums of products besides quantized layers, and of quantization at run time. Notation as in operators.ts.
import type { FixedRequantization } from './fixed-operators.js'
import type { Requantization, Window } from './operators.js'
import type { Constant } from './types.js'

/** A [..., M, K] times B [..., K, N], both in memory, batch axes broadcast. accumulator = bias[n] + sum (a - za)(b - zb[n]).
 *  8-bit by rule R or M, of int16 by rule M of int64 sums; float32: f(f(accumulator) * floatMultipliers[n]), then f(that + floatBias[n]); int32, the accumulator, with neither. */
export interface MatrixProductAttributes {
  /** null: the single element of a further input. */
  readonly aZeroPoint: number | null
  /** One, or one per column; null: the single element of the last input. */
  readonly bZeroPoints: readonly number[] | null
  /** Length N; null = none. */
  readonly bias: Int32Array | null
  readonly requantization: Requantization | FixedRequantization | null
  readonly floatMultipliers: Float32Array | null
  readonly floatBias: Float32Array | null
}

/** A convolution [N, C, ...spatial] -> [N, O, ...spatial], or with weights [O, K] rows [..., K] -> [..., O], whose sums over
 *  k = (channel, ...kernel), in this order, are the result: int32, or float32.
 *  integer: sum of (x - inputZeroPoint) * (w - weightZeroPoint[o]) modulo 2^32; a float32 output is f of it.
 *  float: sum of f(x * f((w - weightZeroPoint[o]) * weightScale[o])) as `order` says, each addition rounded; padding counts as 0. */
export interface WeightedSumAttributes extends Window {
  readonly arithmetic: 'integer' | 'float'
  readonly group: number
  /** [O, C / group, ...kernel] or [O, K]: int8, uint8, or (float sums) float32. */
  readonly weight: Constant
  /** Length 1 or O; [0] for float32 weights. */
  readonly weightZeroPoints: readonly number[]
  /** Of 8-bit weights in float sums; length 1 or O. */
  readonly weightScales: Float32Array | null
  /** Integer sums; null: the single element of a second input. */
  readonly inputZeroPoint: number | null
  /** Float sums of an 8-bit input: the value of each byte. */
  readonly inputValues: Float32Array | null
  readonly order: SumOrder
  /** Float sums; length O. */
  readonly bias: Float32Array | null
}

/** The same convolutions and rows with quanta of 16 bits among x, w or y: accumulator = bias[o] + sum (x - inputZeroPoint)(w - weightZeroPoint[o])
 *  in 64 bits, |accumulator| < 2^53; rule R, or float32: f(f(accumulator) * floatMultipliers[o]). */
export interface WideSumAttributes extends Window {
  readonly group: number
  /** [O, C / group, ...kernel] or [O, K], of 8 or 16 bits. */
  readonly weight: Constant
  /** Length 1 or O. */
  readonly weightZeroPoints: readonly number[]
  /** Length O; null = none. */
  readonly bias: readonly number[] | null
  readonly inputZeroPoint: number
  readonly requantization: Requantization | null
  readonly floatMultipliers: Float32Array | null
}

/**
 * block set: total = bias if biasFirst; for each block of so many terms, total = f(total + f(alpha * sum from 0 of its terms)).
 * block null: total = bias if biasFirst, else the first term; then term by term. A bias that is not first is added last.
 * tailBlock set: the last (n mod 4) columns, n = output channels of rows, pixels of a plane, have an order of their own: total =
 * bias if biasFirst, else the first term; then, within each block of so many terms, four at a time, total = f(total + f(f(f(p + q) + r) + s)),
 * and what is left of the block one by one.
 */
export interface SumOrder {
  readonly block: number | null
  readonly alpha: number
  readonly biasFirst: boolean
  readonly tailBlock: number | null
}

/** float32 -> uint8 with scale and zero point from the tensor's own range; outputs: quanta, scale (float32 []), zero point (uint8 []). */
export type DynamicQuantizeAttributes = Readonly<Record<string, never>>
