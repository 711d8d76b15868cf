// SPDX-License-Identifier: Apache-2.0
// What the ONNX forms of sums of products (convolution, matrix product) have in common: types, bias, lengths.
import type { Constant, ElementType, QuantizedType } from '../ir/types.js'
import type { Conversion } from '../passes/convert/conversion.js'
import type { OnnxNode } from './onnx.js'

export function requireInt8OrUint8(node: OnnxNode, type: ElementType, what: string): void {
  if (type === 'int8' || type === 'uint8') return
  throw node.error('unsupported-type', `The ${what} has type ${type}`, 'Quantize weights to int8 or uint8.')
}

/** The reference has no kernel for int8 activations with uint8 weights, nor for outputs of another type than the input. */
export function requireCompatibleTypes(
  node: OnnxNode,
  input: QuantizedType,
  weight: ElementType,
  output: QuantizedType,
): void {
  if (input === output && !(input === 'int8' && weight === 'uint8')) return
  throw node.error(
    'inconsistent-quantization',
    `Input ${input}, weight ${weight} and output ${output}: the reference has no such kernel`,
    'Quantize input and output to one type, and weights to int8.',
  )
}

/** Scales and zero points of a weight: one, or one per output channel. */
export function requireMatchingLength(node: OnnxNode, length: number, channels: number, what: string): void {
  if (length === 1 || length === channels) return
  throw node.error(
    'inconsistent-quantization',
    `The ${what} has ${length} entries for ${channels} output channels`,
    'Give one entry, or one per output channel.',
  )
}

/** int32 bias of `channels` entries (a single one is repeated), or null. */
export function biasOf(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  channels: number,
): Int32Array | null {
  if (!node.has(input)) return null
  const constant = conversion.requiredConstant(node, input, 'the bias')
  if (constant.type !== 'int32') {
    throw node.error('unsupported-type', `The bias has type ${constant.type}`, 'Quantize it to int32.')
  }
  const data = constant.data as Int32Array
  // A column, [channels, 1], has one entry per row of the result.
  if (data.length === channels && constant.shape.at(-1) === channels) return data
  if (data.length === 1) return new Int32Array(channels).fill(data[0]!)
  throw node.error(
    'unsupported-feature',
    `The bias [${constant.shape}] does not have one entry per output channel (${channels})`,
    'Use a bias of shape [channels].',
  )
}

/** Sums that a kernel adds up modulo 2^32: refused where one may leave int32. */
export function requireInt32(
  node: OnnxNode,
  sum: {
    readonly weight: Constant
    readonly weightZeroPoints: readonly number[]
    readonly bias: Int32Array | null
    readonly inputZeroPoint: number
    readonly inputRange: { readonly min: number; readonly max: number }
  },
): void {
  const { weight, weightZeroPoints, bias, inputZeroPoint, inputRange } = sum
  const largest = Math.max(inputZeroPoint - inputRange.min, inputRange.max - inputZeroPoint)
  const channels = weight.shape[0]!
  const depth = weight.data.length / channels
  for (let channel = 0; channel < channels; channel++) {
    const zeroPoint = weightZeroPoints[weightZeroPoints.length === 1 ? 0 : channel]!
    let bound = Math.abs(bias?.[channel] ?? 0)
    for (let k = 0; k < depth; k++) {
      bound += largest * Math.abs(Number(weight.data[channel * depth + k]) - zeroPoint)
    }
    if (bound < 2 ** 31) continue
    throw node.error(
      'accumulator-overflow',
      `Output channel ${channel} may sum up to ${bound}, beyond a 32-bit accumulator (${2 ** 31 - 1}).`,
      'Use fewer input channels or a smaller window, or weights and biases of smaller magnitude (larger scales).',
    )
  }
}
