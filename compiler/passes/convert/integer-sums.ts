// SPDX-License-Identifier: Apache-2.0
// The contract `integer` (docs/arithmetic.md): a sum of products of quanta stays in integers where the reference leaves it in
// float. Notation: s = f(f(alpha * input scale) * weight scale[c]), one per output channel.
//
//     accumulator = rne(f(bias / s)) + sum (x - zx)(w - zw[c])       exact, in 32 bits or, with quanta of 16 bits, in 64
//     read by a Q:    clamp(rne(f(f(accumulator) * f(s / output scale))) + zero point)
//     read in float:  f(f(accumulator) * s)
import { roundHalfEven } from '../../arithmetic/float32.js'
import {
  type Constant,
  isNibbleType,
  isQuantizedType,
  isQuantumType,
  isWideType,
  type Quantization,
  type QuantumType,
} from '../../ir/types.js'
import type { OnnxNode } from '../../operators/onnx.js'
import { checkedMultipliers } from '../../operators/scales.js'
import { requireCompatibleTypes } from '../../operators/sums.js'
import type { Conversion } from './conversion.js'
import { asFloat } from './copies.js'
import { ComputedFloat } from './floats.js'
import type { QuantizedConstant, Target, Value, WideTarget } from './values.js'

const f = Math.fround

export interface IntegerSum {
  readonly shape: readonly number[]
  /** Axis of the weight along which its scales may run, and its length. */
  readonly channelAxis: number
  readonly channels: number
  /** Factors of the product and of the bias; 1 but for a Gemm. */
  readonly alpha: number
  readonly beta: number
  /** Appends the operators that compute it, and returns the result's name. */
  emit(operands: Operands, result: Result): string
}

export interface Operands {
  readonly x: QuantizedTensor
  readonly weight: QuantizedTensor | QuantizedConstant
  /** Length 1 or one per channel. */
  readonly weightZeroPoints: readonly number[]
  /** One per channel; within 32 bits unless x or the weight has 16-bit quanta. */
  readonly bias: readonly number[] | null
}

export interface QuantizedTensor extends Quantization {
  readonly tensor: string
  readonly type: QuantumType
  readonly shape: readonly number[]
}

/** multipliers: s / output scale where there is an output, else s. */
export interface Result {
  readonly multipliers: Float32Array
  readonly output: Target | WideTarget | null
}

export const isConstant = (weight: QuantizedTensor | QuantizedConstant): weight is QuantizedConstant =>
  'constant' in weight

/** Defines the node's output; false where it has no integer form, or another contract rules. */
export function defineIntegerSum(node: OnnxNode, conversion: Conversion, sum: IntegerSum): boolean {
  if (!conversion.sums.keepsIntegers) return false
  const x = quantizedTensor(conversion, conversion.value(node.node.inputs[0]!))
  if (!x) return false
  const weight = weightOf(conversion, node, x.type)
  if (!weight) return false
  const weightScales = isConstant(weight) ? weight.scales : Float32Array.of(weight.scale)
  if (weightScales.length > 1 && isConstant(weight) && weight.axis !== sum.channelAxis) {
    throw node.error(
      'wrong-axis',
      `The weight's scales run along axis ${weight.axis}; its output channels are axis ${sum.channelAxis}`,
      `Quantize the weight per tensor, or per channel along axis ${sum.channelAxis}.`,
    )
  }
  const inputScale = f(sum.alpha * x.scale)
  const scales = checkedMultipliers(
    node,
    weightScales.map((scale) => f(inputScale * scale)),
  )
  const weightType = isConstant(weight) ? weight.constant.type : weight.type
  const isWide = isWideType(x.type) || isWideType(weightType)
  const bias = biasOf(node, conversion, scales, sum, isWide ? 2 ** 52 : 2 ** 31)
  if (bias === undefined) return false
  const weightZeroPoints = isConstant(weight) ? weight.zeroPoints : [weight.zeroPoint]
  const operands = { x, weight, weightZeroPoints, bias }
  const emit = (output: Target | WideTarget | null) => {
    const ratios = output ? scales.map((scale) => f(scale / output.scale)) : scales
    const caller = conversion.current
    conversion.current = node.node.name
    const tensor = sum.emit(operands, { multipliers: checkedMultipliers(node, ratios), output })
    conversion.current = caller
    return tensor
  }
  conversion.define(
    node.node.outputs[0]!,
    new ComputedFloat(conversion, sum.shape, emit, { isNumber: () => true, emitWide: emit }),
  )
  conversion.notes.push(
    `"${node.node.name}" stays in integers (--contract integer), where ONNX Runtime computes in float`,
  )
  return true
}

/** The tensor that this value is plainly DQ of. */
function quantizedTensor(conversion: Conversion, value: Value): QuantizedTensor | null {
  if (value.kind !== 'float') return null
  const { grid, shape, wide } = asFloat(conversion, value)
  if (wide) return { ...wide, shape }
  if (!grid?.quantization || !isQuantizedType(grid.type)) return null
  return { ...grid.quantization, tensor: grid.tensor, type: grid.type, shape }
}

/** uint8 weights of int8 activations move down by 128, with their zero points. */
function weightOf(
  conversion: Conversion,
  node: OnnxNode,
  inputType: QuantumType,
): QuantizedTensor | QuantizedConstant | null {
  const value = conversion.value(node.node.inputs[1]!)
  if (value.kind !== 'constant') {
    const tensor = quantizedTensor(conversion, value)
    if (tensor) requireEightBits(node, inputType, tensor.type)
    return tensor
  }
  const { quantized } = value
  if (!quantized) return null
  if (isNibbleType(quantized.constant.type)) return unpacked(quantized)
  if (!isQuantumType(quantized.constant.type)) return null
  if (quantized.constant.type !== 'uint8' || inputType !== 'int8') return quantized
  const { shape, data } = quantized.constant
  const constant: Constant = { type: 'int8', shape, data: Int8Array.from(data as Uint8Array, (w) => w - 128) }
  return { ...quantized, constant, zeroPoints: quantized.zeroPoints.map((zeroPoint) => zeroPoint - 128) }
}

/** 4-bit weights as int8: the same numbers. */
function unpacked({ constant: { shape, data }, ...quantized }: QuantizedConstant): QuantizedConstant {
  return { ...quantized, constant: { type: 'int8', shape, data: Int8Array.from(data as Int8Array) } }
}

/** Products of two activations have kernels for 8 bits alone. */
function requireEightBits(node: OnnxNode, left: QuantumType, right: QuantumType): void {
  if (isQuantizedType(left) && isQuantizedType(right)) {
    requireCompatibleTypes(node, left, right, left)
    return
  }
  throw node.error(
    'not-eight-bit',
    `It multiplies two activations, ${left} and ${right}`,
    'Quantize both to 8 bits.',
  )
}

/** In units of the accumulator; undefined where it is not known, or not one entry per channel. */
function biasOf(
  node: OnnxNode,
  conversion: Conversion,
  scales: Float32Array,
  { channels, beta }: IntegerSum,
  limit: number,
): readonly number[] | null | undefined {
  if (!node.has(2)) return null
  const value = conversion.value(node.node.inputs[2]!)
  if (value.kind !== 'constant' || value.constant.type !== 'float32') return undefined
  const { shape } = value
  const isVector = shape.slice(0, -1).every((d) => d === 1) && [undefined, 1, channels].includes(shape.at(-1))
  if (!isVector) return undefined
  const scaleOf = (channel: number) => scales[scales.length === 1 ? 0 : channel]!
  const asItIs = beta === 1 ? integersOf(value.quantized, scaleOf, channels) : null
  const data = value.constant.data as Float32Array
  return Array.from({ length: channels }, (_, channel) => {
    if (asItIs) return asItIs[channel % asItIs.length]!
    const rounded = roundHalfEven(f(f(beta * data[channel % data.length]!) / scaleOf(channel)))
    return Math.min(Math.max(rounded, -limit), limit - 1)
  })
}

/** An int32 bias with the accumulator's own scales, up to 1 %, is taken as it is (so does the reference where it fuses). */
function integersOf(
  bias: QuantizedConstant | undefined,
  scaleOf: (channel: number) => number,
  channels: number,
): Int32Array | null {
  if (bias?.constant.type !== 'int32') return null
  for (let channel = 0; channel < channels; channel++) {
    const scale = bias.scales[bias.scales.length === 1 ? 0 : channel]!
    if (!(Math.abs(scale - scaleOf(channel)) <= 0.01 * scaleOf(channel))) return null
  }
  return bias.constant.data as Int32Array
}
