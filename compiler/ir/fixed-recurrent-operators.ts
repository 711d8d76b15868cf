// SPDX-License-Identifier: Apache-2.0
// Attributes of the operators of the contract `tflite` that carry a value from one run to the next: they read it as an
// input and give the next one as an output. Part of ir/operators.ts.
import type { CurveArgument } from '../arithmetic/fixed-curves.js'
import type { FixedMultiplier } from '../arithmetic/fixed-point.js'
import type { FixedRequantization } from './fixed-operators.js'
import type { Constant } from './types.js'

/**
 * The second half of TFLite's SVDF. Inputs: what each of F filters gave in the last M runs, [B, F * M] int8 or int16, oldest
 * first; and what it gives in this one, [B, F], without a zero point. Outputs: the same shifted by one run, with
 * newest + stateZeroPoint (wrapping) at its end; and int8 [B, U], of F / U filters each:
 * y[u] = clamp(M(bias[u] + sum over its filters and runs of (state - stateZeroPoint) * weight) + zeroPoint).
 */
export interface TimeFilterAttributes {
  /** [F, M], int8, or int16 where the state is. */
  readonly weight: Constant
  /** Length U. */
  readonly bias: Int32Array
  readonly stateZeroPoint: number
  readonly requantization: FixedRequantization
}

/** One product of a gate: M(sum of (v - zero point) * weight + bias), clamped to 16 bits. */
export interface GateProduct {
  /** int8 [H, depth]. */
  readonly weight: Constant
  /** Length H. */
  readonly bias: Float64Array
  readonly by: FixedMultiplier
}

export interface LstmGate {
  readonly ofInput: GateProduct
  readonly ofState: GateProduct
}

/**
 * TFLite's UNIDIRECTIONAL_SEQUENCE_LSTM of int8 or int16 with a cell of int16. Inputs: [B, T, I] (timeMajor: [T, B, I]), the
 * hidden state [B, H] of the input's type, the cell [B, H]; outputs: the hidden state of every step, and the last ones.
 * docs/tflite.md has the order of the roundings.
 */
export interface FixedLstmAttributes {
  readonly timeMajor: boolean
  /** 32: wraps, two roundings. 64: one rounding of its own (arithmetic/fixed-point.ts, wide-fixed-point.ts). */
  readonly accumulatorBits: 32 | 64
  readonly inputZeroPoint: number
  readonly stateZeroPoint: number
  readonly input: LstmGate
  readonly forget: LstmGate
  readonly cell: LstmGate
  readonly output: LstmGate
  /** forget gate * cell, input gate * candidate, output gate * curve of the cell: to the cell's and the state's scale. */
  readonly keep: FixedMultiplier
  readonly add: FixedMultiplier
  readonly show: FixedMultiplier
  readonly cellCurve: CurveArgument
  /** The cell stays within +-cellLimit. */
  readonly cellLimit: number | null
}

export interface FixedRecurrentOperatorAttributes {
  time_filter: TimeFilterAttributes
  fixed_lstm: FixedLstmAttributes
}
