// SPDX-License-Identifier: Apache-2.0
// Reading scales and zero points: constants, positive, finite, of matching lengths. Scalars and [1] are the same.
import type { Constant, ElementType, Quantization, QuantizedType } from '../ir/types.js'
import { rangeOf } from '../ir/types.js'
import type { Conversion } from '../passes/convert/conversion.js'
import type { OnnxNode } from './onnx.js'

/** Float32 values of a scale; refuses zero, negative, NaN and infinite ones. */
export function checkedScales(node: OnnxNode, constant: Constant, what: string): Float32Array {
  if (constant.type !== 'float32') {
    throw node.error('unsupported-type', `${what} has type ${constant.type}`, 'Scales must be float32.')
  }
  const scales = constant.data as Float32Array
  for (const scale of scales) {
    if (!(scale > 0 && Number.isFinite(scale))) {
      throw node.error(
        'invalid-scale',
        `${what} contains ${scale}; a scale must be a positive finite number`,
        'Calibrate and quantize the model again: a scale like this comes from a tensor that was constant in calibration.',
      )
    }
  }
  return scales
}

/** Scalar scale and zero point at inputs `scale` and `scale + 1` of a QLinear operator. */
export function scalarQuantization(
  node: OnnxNode,
  conversion: Conversion,
  scale: number,
  type: QuantizedType,
  what: string,
): Quantization {
  const scales = checkedScales(
    node,
    conversion.requiredConstant(node, scale, `${what} scale`),
    `${what} scale`,
  )
  const zeroPoints = zeroPointsAt(node, conversion, scale + 1, type, what)
  if (scales.length !== 1 || zeroPoints.length !== 1) {
    throw node.error(
      'per-axis-activation',
      `The ${what} has ${scales.length} scales`,
      'Quantize activations per tensor (one scale); only weights may be quantized per channel.',
    )
  }
  return { scale: scales[0]!, zeroPoint: zeroPoints[0]! }
}

/** Zero points at an input, 0 where absent; their type must be the tensor's. */
export function zeroPointsAt(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  type: ElementType,
  what: string,
): number[] {
  if (!node.has(input)) return [0]
  const constant = conversion.requiredConstant(node, input, `${what} zero point`)
  if (constant.type !== type) {
    throw node.error(
      'inconsistent-quantization',
      `The ${what}'s zero point has type ${constant.type}, its data ${type}`,
      'Give both the same type.',
    )
  }
  return Array.from(constant.data as ArrayLike<number | bigint>, Number)
}

/** Full output range of a type, for rule R. */
export const fullRange = (type: QuantizedType) => rangeOf(type)

/** For operators whose scales and zero points pass the reference's type check with shape [] only. */
export function requireScalars(node: OnnxNode, inputs: readonly number[]): void {
  if (inputs.every((input) => !node.has(input) || node.shape(input).length === 0)) return
  throw node.error(
    'reference-refuses',
    'The reference does not load the model: this operator takes scales and zero points of shape [], not [1]',
    'Write the scales and zero points of its inputs and its output with shape [].',
  )
}

/** The multipliers of accumulators, all finite: 0 times infinity is no number, and engines differ in what it becomes. */
export function checkedMultipliers(node: OnnxNode, multipliers: Float32Array): Float32Array {
  if (multipliers.every(Number.isFinite)) return multipliers
  throw node.error(
    'invalid-scale',
    'Its scales are so far apart that the factor from accumulator to output, input scale * weight scale / output scale, overflows float32',
    'Calibrate and quantize the model again: scales like these come from a tensor that was constant in calibration.',
  )
}
