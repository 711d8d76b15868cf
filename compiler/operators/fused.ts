// SPDX-License-Identifier: Apache-2.0
// Checks shared by the reference's quantized groups.
import type { QuantizedType } from '../ir/types.js'
import type { DequantizedInput, OnnxNode } from './onnx.js'

/**
 * The reference does not look at the axis of per-channel weight scales: with another axis than the output
 * channel's it computes something else than the model says. Refused.
 */
export function requireWeightAxis(node: OnnxNode, weight: DequantizedInput, axis: number): void {
  if (!weight.isPerAxis || weight.axis === axis) return
  throw node.error(
    'wrong-axis',
    `The weight's scales run along axis ${weight.axis}; its output channels are axis ${axis}`,
    `Quantize the weight per tensor, or per channel along axis ${axis}.`,
  )
}

/** Type that a zero point input gives its tensor; `fallback` where it is absent. */
export function defaultZeroPoint(node: OnnxNode, input: number, fallback: QuantizedType): QuantizedType {
  if (!node.has(input)) return fallback
  const { type } = node.type(input)
  if (type === 'int8' || type === 'uint8') return type
  throw node.error(
    'unsupported-type',
    `The output has type ${type}`,
    'Quantize activations to int8 or uint8.',
  )
}
