// SPDX-License-Identifier: Apache-2.0
// Attributes of the operators that only the contract `tflite` has: TFLite Micro's fixed-point arithmetic. They are part
// of ir/operators.ts; shapes and axes as there.
import type { Curve, CurveArgument } from '../arithmetic/fixed-curves.js'
import type { FixedMultiplier } from '../arithmetic/fixed-point.js'
import type { FixedOutput, Slopes } from '../arithmetic/tflite-functions.js'
import type { Window } from './operators.js'
import type { Constant } from './types.js'

/** Rule M (contract tflite): y = clamp(M(accumulator, fixed[c]) + zeroPoint, min, max); arithmetic/fixed-point.ts has M. */
export interface FixedRequantization {
  /** One per output channel, or a single one for all. */
  readonly fixed: readonly FixedMultiplier[]
  readonly zeroPoint: number
  readonly min: number
  readonly max: number
}

/**
 * CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV of int8 or int16 with int8 weights. Input [N, C, h, w],
 * output [N, O, h, w]; accumulator = bias[o] + sum of (x - inputZeroPoint) * w over the taps inside the image.
 * Output row y reads input row (y * up - pad + tap * step) / down, where that is whole and inside; columns likewise.
 */
export interface FixedConvolutionAttributes {
  /** int8 [O, C / group, h, w]. */
  readonly weight: Constant
  /** One per output channel; null = none. Integers of magnitude < 2^47. */
  readonly bias: Float64Array | null
  readonly group: number
  readonly inputZeroPoint: number
  /** Of the rows, then of the columns. */
  readonly placing: readonly [Placing, Placing]
  /** 32: wraps, two roundings. 64: one rounding of its own (arithmetic/fixed-point.ts). */
  readonly accumulatorBits: 32 | 64
  readonly requantization: FixedRequantization
}

/** A convolution: up = stride, step = dilation, down = 1. A transposed one: up = 1, step = -1, down = stride, pad negated. */
export interface Placing {
  readonly up: number
  readonly pad: number
  readonly step: number
  readonly down: number
}

export interface FixedOperand {
  readonly zeroPoint: number
  /** Of add and subtract: applied to the value shifted left by `leftShift`. */
  readonly fixed: FixedMultiplier
}

/** TFLite's ADD, SUB, MUL, MAXIMUM, MINIMUM, PRELU of two tensors of int8 or int16 (numpy broadcasting), rule M throughout:
 *  y = clamp(M(v) + zeroPoint), v = M_a(x_a << leftShift) +- M_b(x_b << leftShift), or x_a * x_b; x = q - zeroPoint.
 *  prelu: as multiply, but where x_a >= 0 M_a(x_a) takes the place of M(v).
 *  maximum and minimum are of the quanta, clamped, and nothing is requantized. */
export interface FixedBinaryAttributes {
  readonly operation: 'add' | 'subtract' | 'multiply' | 'maximum' | 'minimum' | 'prelu'
  readonly a: FixedOperand
  readonly b: FixedOperand
  readonly leftShift: number
  readonly requantization: FixedRequantization
}

/** int8, int16 or int32 to any of them: y = clamp(+-M(x - inputZeroPoint) + zeroPoint), one slope at and above 0, one below. */
export interface FixedUnaryAttributes {
  readonly slopes: Slopes
  readonly inputZeroPoint: number
  readonly result: FixedOutput
}

/** TFLite's AVERAGE_POOL_2D: the quanta of the window's cells inside the image, summed and divided, halves away from zero. */
export interface IntegerAveragePoolAttributes extends Window {
  readonly min: number
  readonly max: number
}

/** TFLite's SOFTMAX of int8 rows along the last axis, in fixed point (arithmetic/fixed-softmax.ts); result in 1/256,
 *  zero point -128, or of int16 in 1/65536, zero point -32768. */
export interface FixedSoftmaxAttributes {
  readonly inputScale: number
  readonly beta: number
}

/** Of int16 rows, by tables (arithmetic/table-softmax.ts); zero point 0, result in 1/32768. */
export type TableSoftmaxAttributes = FixedSoftmaxAttributes

/** LOGISTIC and TANH of int16, zero point 0, result in 1/32768 (arithmetic/fixed-curves.ts). */
export interface FixedCurveAttributes {
  readonly curve: Curve
  readonly argument: CurveArgument
}

/** An output coordinate lies between two input ones; the second has the weight `part` / 1024, the first the rest. */
export interface FixedInterpolation {
  readonly first: number
  readonly second: number
  readonly part: number
}

/** TFLite's RESIZE_BILINEAR of int8 [N, C, h, w]: y = total / 2^20, halves away from zero. */
export interface FixedResizeAttributes {
  readonly rows: readonly FixedInterpolation[]
  readonly columns: readonly FixedInterpolation[]
}

export interface FixedOperatorAttributes {
  fixed_resize: FixedResizeAttributes
  fixed_convolution: FixedConvolutionAttributes
  fixed_unary: FixedUnaryAttributes
  fixed_binary: FixedBinaryAttributes
  integer_average_pool: IntegerAveragePoolAttributes
  fixed_softmax: FixedSoftmaxAttributes
  table_softmax: TableSoftmaxAttributes
  fixed_curve: FixedCurveAttributes
}
