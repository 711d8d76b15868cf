// SPDX-License-Identifier: Apache-2.0
// Biases of sums of products in TensorFlow Lite.
import type { FixedMultiplier } from '../arithmetic/fixed-point.js'
import type { FixedRequantization } from '../ir/fixed-operators.js'
import type { Constant } from '../ir/types.js'
import type { TfliteNode } from './tflite.js'

/** int32, one per output channel; null where there is none. */
export function tfliteBias(node: TfliteNode, input: number, channels: number): Int32Array | null {
  const bias = biasOf(node, input, channels)
  if (!bias) return null
  if (bias.type !== 'int32') throw wrongType(node, bias, 'int32')
  return bias.data as Int32Array
}

/** What an int16 activation's sums are added to, what they are added up in, and what becomes of them. */
export interface WideSum {
  readonly bias: Float64Array | null
  readonly accumulatorBits: 32 | 64
  readonly requantization: FixedRequantization
}

/** Larger shifts are undefined in the reference's rule for int64. */
const largestWideShift = 14

/**
 * The bias decides which accumulator TFLite Micro has: int64, or int32 where `types` allows an int32 bias. Integers below
 * 2^53; the accumulator's own bound is checked in lowering.
 */
export function wideSum(
  node: TfliteNode,
  input: number,
  channels: number,
  types: readonly ('int16' | 'int32' | 'int64')[],
  requantization: FixedRequantization,
): WideSum {
  const constant = biasOf(node, input, channels)
  const type = types.find((one) => one === constant?.type)
  if (constant && !type) throw wrongType(node, constant, types.join(' or '))
  const bias = constant && Float64Array.from(constant.data as ArrayLike<number | bigint>, Number)
  if (type === 'int32') return { bias, accumulatorBits: 32, requantization }
  requireWideShifts(node, requantization.fixed)
  return { bias, accumulatorBits: 64, requantization }
}

export function requireWideShifts(node: TfliteNode, fixed: readonly FixedMultiplier[]): void {
  if (fixed.every(({ shift }) => shift <= largestWideShift)) return
  throw node.error(
    'invalid-scale',
    `Its scales are so far apart that results are multiplied by more than 2^${largestWideShift}`,
    'Calibrate and convert the model again.',
  )
}

function biasOf(node: TfliteNode, input: number, channels: number): Constant | null {
  if (!node.has(input)) return null
  const bias = node.constant(input, 'The bias')
  if (bias.data.length === channels) return bias
  throw node.malformed(`The bias [${bias.shape}] does not have ${channels} entries`)
}

const wrongType = (node: TfliteNode, { type }: Constant, wanted: string) =>
  node.error(
    'unsupported-type',
    `The bias has type ${type} instead of ${wanted}`,
    'Convert the model again: TFLite Micro would read these bytes as another type.',
  )
