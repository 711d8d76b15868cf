// SPDX-License-Identifier: Apache-2.0
// Attributes of operators that the reference computes in float32 over windows, rows and neighbours; each operation rounds
// once, in the order given here. Notation as in operators.ts. `inputValues`: the float32 that each byte of an 8-bit input
// stands for, null for a float32 input; `output`: Q of the result, null for a float32 output.
import type { Constant, Quantization } from './types.js'

/**
 * Over `axes`, in float32 and in the model's order of elements. sum, mean: S = start + x0 + x1 + ..., mean f(S / count);
 * absolute_sum of |x|, square_sum of f(x * x), root_square_sum f(sqrt) of that; product x0 * x1 * ...; maximum and
 * minimum also of quanta, with inputValues and output null. The output has the reduced axes as 1, or not at all.
 */
export interface ReduceAttributes {
  readonly operation:
    | 'sum'
    | 'mean'
    | 'absolute_sum'
    | 'square_sum'
    | 'root_square_sum'
    | 'product'
    | 'maximum'
    | 'minimum'
  readonly axes: readonly number[]
  /** 0 or -0. */
  readonly start: number
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
}

/**
 * Rows of all axes from `axis` on, in float32.
 * running: mean m and squared deviations M, element by element (Welford): d = f(x - m), m = f(m + f(d / i)),
 *   M = f(M + f(d * f(x - m))); y = f(f(f(f(x - m) / f(sqrt(f(f(M / n) + epsilon)))) * gain[i]) + bias[i]), i along the row.
 * two_pass: m = f(sum / n), v = f(sum of f(d * d) / n); k = f(f(1 / f(sqrt(f(v + epsilon)))) * gain[c]),
 *   y = f(f(x * k) + f(bias[c] - f(m * k))), c = row mod the number of gains.
 */
export interface NormalizationAttributes {
  readonly method: 'running' | 'two_pass'
  readonly axis: number
  readonly epsilon: number
  readonly gain: Float32Array
  /** null: nothing is added (running only). */
  readonly bias: Float32Array | null
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
}

/**
 * Transposed convolution, rows first where there are two spatial dimensions: y = sum over the taps (ky, kx) in row-major
 * order, from 0, of d(ky, kx); then f(y + bias[o]). d = sum over the group's input channels, from 0, of f(x * w), x the
 * input element that lies `tap * dilation` before (output + pad) in steps of `stride`; taps without one are left out.
 * Input [N, C, ...spatial], output [N, O, ...spatial].
 */
export interface ConvolutionTransposeAttributes {
  readonly group: number
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Begin of each spatial dimension. */
  readonly pads: readonly number[]
  /** [C, O / group, ...kernel], float32, or 8-bit: then w = f((q - weightZeroPoints[o]) * weightScales[o]). */
  readonly weight: Constant
  /** One per output channel; null for a float32 weight. */
  readonly weightScales: Float32Array | null
  readonly weightZeroPoints: readonly number[]
  readonly bias: Float32Array | null
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
}

/** Where each output coordinate of one axis lies between two input coordinates, and their weights. */
export interface Interpolation {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly firstWeight: Float32Array
  readonly secondWeight: Float32Array
}

/**
 * Linear interpolation over the last two or three axes. Sum of 4 or 8 terms f(w * x), w = f(wy * wx) or
 * f(f(wx * wy) * wz), the last axis running fastest, each first before second; added from left to right.
 * output null: float32, or with `truncates` the sum truncated to an integer of the input's type.
 */
export interface ResizeAttributes {
  readonly axes: readonly Interpolation[]
  readonly truncates: boolean
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
}
