// SPDX-License-Identifier: Apache-2.0
// In which order onnxruntime-web 1.30 adds up the window of a float AveragePool or GlobalAveragePool. Measured: each rule
// against the oracle with random floats, for opsets 13 to 22 (summation.test.ts repeats it); the limits by bisection.
import type { Summation, Window } from '../../ir/operators.js'

export interface FloatPool extends Window {
  /** Of the default domain. */
  readonly opset: number
  readonly ceilMode: boolean
  readonly countIncludePad: boolean
  /** The input's spatial dimensions. */
  readonly spatial: readonly number[]
}

/** Kernels up to this length, and padded rows up to that one, are summed by columns. */
const longestKernel = 32
const longestPaddedRow = 2045

/** Float GlobalAveragePool: 'lanes' in every opset. */
export const globalSummation: Summation = 'lanes'

export function floatSummation(pool: FloatPool): Summation {
  const { opset, kernel, strides, pads, spatial } = pool
  if (opset >= 19 || (pool.ceilMode && pool.countIncludePad)) return 'rows'
  const isWhole = kernel.every((length, axis) => length === spatial[axis])
  if (isWhole && strides.every((s) => s === 1) && pads.every((p) => p === 0)) return 'lanes'
  const last = spatial.length - 1
  const paddedRow = spatial[last]! + pads[last]! + pads[2 * last + 1]!
  const isShort = paddedRow <= longestPaddedRow && kernel.every((length) => length <= longestKernel)
  return spatial.length === 2 && strides[last]! <= 2 && isShort ? 'columns' : 'rows'
}
