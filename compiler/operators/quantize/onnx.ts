// SPDX-License-Identifier: Apache-2.0
// ONNX QuantizeLinear and DequantizeLinear: where float tensors become quanta and quanta are read as float.
import { dequantize, quantize } from '../../arithmetic/float32.js'
import {
  allocate,
  type Constant,
  isNibbleType,
  isQuantizedType,
  isQuantumType,
  isWideType,
  keptAs,
  type NibbleType,
  nibbleRange,
  type QuantizedType,
  type QuantumType,
  rangeOf,
  type WideType,
} from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { dequantizeTable, quantumOf } from '../../passes/convert/tables.js'
import type { IntegerValue } from '../../passes/convert/values.js'
import type { OnnxNode, OnnxOperator, TensorType } from '../onnx.js'
import { checkedScales, zeroPointsAt } from '../scales.js'

const attributes = {
  axis: 'int',
  block_size: 'int',
  output_dtype: 'int',
  precision: 'int',
  saturate: 'int',
} as const

/** Types that output_dtype names (onnx.proto); the others are refused. */
const outputTypes: Readonly<Record<number, QuantumType | NibbleType>> = {
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  ...{ 21: 'uint4', 22: 'int4' },
}

function quantizedTypeOf(node: OnnxNode): QuantumType | NibbleType {
  if (node.has(2)) {
    const { type } = node.type(2)
    if (isQuantumType(type) || isNibbleType(type)) return type
    throw node.error('unsupported-type', `It quantizes to ${type}`, 'Quantize to int8 or uint8.')
  }
  const number = node.int('output_dtype', 0)
  const type = number === 0 ? 'uint8' : outputTypes[number]
  if (type) return type
  throw node.error(
    'unsupported-type',
    `output_dtype ${number} is no type of 4, 8 or 16 bits`,
    'Quantize to int8 or uint8.',
    'output_dtype',
  )
}

/** Channel of each element, for per-axis parameters; always 0 for scalar ones. */
function channelOf(node: OnnxNode, shape: readonly number[], count: number): (index: number) => number {
  if (count === 1) return () => 0
  const axis = node.axis(node.int('axis', 1), shape.length)
  if (shape[axis] !== count) {
    throw node.error(
      'inconsistent-quantization',
      `${count} scales along axis ${axis} of [${shape}]`,
      'Give one scale, or one per entry of the axis.',
      'axis',
    )
  }
  const inner = shape.slice(axis + 1).reduce((p, d) => p * d, 1)
  return (index) => Math.floor(index / inner) % count
}

function refuseBlocks(node: OnnxNode): void {
  if (node.int('block_size', 0) === 0) return
  throw node.error(
    'unsupported-attribute',
    'Blocked scales are not supported',
    'Quantize per tensor or per channel.',
    'block_size',
  )
}

/** int32 has no zero point, says ONNX; the reference takes a bias as it is, whatever its zero point says. */
function refuseShiftedIntegers(node: OnnxNode): void {
  if (node.type(0).type !== 'int32' || !node.has(2)) return
  const zeroPoints = node.constant(2)?.data ?? []
  if (Array.from(zeroPoints as ArrayLike<number>).every((zeroPoint) => zeroPoint === 0)) return
  throw node.error(
    'inconsistent-quantization',
    'An int32 tensor is dequantized with a zero point that is not 0',
    'Quantize biases symmetrically: their zero point is 0 or absent.',
  )
}

function quantizeConstant(
  node: OnnxNode,
  x: Constant,
  scales: Float32Array,
  zeroPoints: readonly number[],
): Constant {
  const type = quantizedTypeOf(node)
  const channel = channelOf(node, x.shape, scales.length)
  const data = allocate(type, x.data.length) as Int16Array
  const range = isNibbleType(type) ? nibbleRange(type) : rangeOf(type)
  for (let i = 0; i < data.length; i++) {
    const c = channel(i)
    const quantization = { scale: scales[c]!, zeroPoint: zeroPoints[zeroPoints.length === 1 ? 0 : c]! }
    data[i] = quantize(Number(x.data[i]), quantization, range)
  }
  return { type, shape: x.shape, data }
}

export function dequantizeConstant(
  node: OnnxNode,
  x: Constant,
  scales: Float32Array,
  zeroPoints: readonly number[],
): Constant {
  const channel = channelOf(node, x.shape, scales.length)
  const data = new Float32Array(x.data.length)
  for (let i = 0; i < data.length; i++) {
    const c = channel(i)
    const quantization = { scale: scales[c]!, zeroPoint: zeroPoints[zeroPoints.length === 1 ? 0 : c]! }
    data[i] = dequantize(Number(x.data[i]), quantization)
  }
  return { type: 'float32', shape: x.shape, data }
}

export const quantizeLinear: OnnxOperator = {
  name: 'QuantizeLinear',
  inputs: [2, 3],
  attributes,
  infer: (node): TensorType[] => {
    refuseBlocks(node)
    return [{ type: quantizedTypeOf(node), shape: node.shape(0) }]
  },
  evaluate: (node, [x, scale, zeroPoint]) => {
    const zeroPoints = zeroPoint ? Array.from(zeroPoint.data as ArrayLike<number>, Number) : [0]
    return [quantizeConstant(node, x!, checkedScales(node, scale!, 'scale'), zeroPoints)]
  },
  convert: (node, conversion) => {
    const type = quantizedTypeOf(node)
    const scales = checkedScales(node, conversion.requiredConstant(node, 1, 'the scale'), 'scale')
    const zeroPoints = zeroPointsAt(node, conversion, 2, type, 'output')
    const output = node.node.outputs[0]!
    const value = conversion.float(node, 0)
    if (scales.length !== 1 || zeroPoints.length !== 1) {
      throw node.error(
        'per-axis-activation',
        `An activation has ${scales.length} scales`,
        'Quantize activations per tensor.',
      )
    }
    const quantization = { scale: scales[0]!, zeroPoint: zeroPoints[0]! }
    if (isNibbleType(type)) {
      const kept = keptAs(type)
      const tensor = clampedTo(
        conversion,
        value.quantized({ ...quantization, type: kept }),
        type,
        value.shape,
      )
      conversion.define(output, { kind: 'integer', type: kept, shape: value.shape, tensor })
      return
    }
    const tensor = isQuantizedType(type)
      ? value.quantized({ ...quantization, type })
      : value.quantizedWide({ ...quantization, type })
    conversion.define(output, { kind: 'integer', type, shape: value.shape, tensor })
  },
}

/** Of 8-bit quanta those of 4 bits: both clamp, the narrower one last. */
function clampedTo(
  conversion: Conversion,
  tensor: string,
  type: NibbleType,
  shape: readonly number[],
): string {
  const { min, max } = nibbleRange(type)
  const kept = keptAs(type)
  const table = allocate(kept, 256) as Int8Array | Uint8Array
  for (let byte = 0; byte < 256; byte++) {
    table[byte] = Math.min(Math.max(quantumOf(byte, kept), min), max)
  }
  return conversion.emit('table', [tensor], { type: kept, shape }, { table, axis: null, label: 'clamp' })
}

export const dequantizeLinear: OnnxOperator = {
  name: 'DequantizeLinear',
  inputs: [2, 3],
  attributes,
  infer: (node) => {
    refuseBlocks(node)
    refuseShiftedIntegers(node)
    return [{ type: 'float32', shape: node.shape(0) }]
  },
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const scales = checkedScales(node, conversion.requiredConstant(node, 1, 'the scale'), 'scale')
    const constant = conversion.constant(node, 0)
    if (constant) {
      const zeroPoints = zeroPointsAt(node, conversion, 2, constant.type, 'input')
      const value = dequantizeConstant(node, constant, scales, zeroPoints)
      const axis = scales.length > 1 ? node.axis(node.int('axis', 1), constant.shape.length) : 0
      const quantized = { constant, scales, zeroPoints, axis }
      conversion.define(output, { kind: 'constant', shape: value.shape, constant: value, quantized })
      return
    }
    const x = conversion.integer(node, 0)
    if (isQuantizedType(x.type)) defineGrid(node, conversion, { ...x, type: x.type }, scales)
    else if (isWideType(x.type)) defineWide(node, conversion, { ...x, type: x.type }, scales)
    else conversion.quantizedInput(node, 0)
  },
}

/** DQ of a 16-bit activation: no table, but a float32 tensor. */
function defineWide(
  node: OnnxNode,
  conversion: Conversion,
  x: IntegerValue & { readonly type: WideType },
  scales: Float32Array,
): void {
  const zeroPoints = zeroPointsAt(node, conversion, 2, x.type, 'input')
  channelOf(node, x.shape, scales.length)
  if (scales.length === 1 && zeroPoints.length === 1) {
    const { tensor, type } = x
    const wide = { tensor, type, scale: scales[0]!, zeroPoint: zeroPoints[0]! }
    conversion.define(node.node.outputs[0]!, conversion.wide(x.shape, wide))
    return
  }
  const axis = scales.length > 1 ? node.axis(node.int('axis', 1), x.shape.length) : null
  const tensor = conversion.emit(
    'dequantize',
    [x.tensor],
    { type: 'float32', shape: x.shape },
    { scales, zeroPoints, axis },
  )
  conversion.define(node.node.outputs[0]!, conversion.stored(x.shape, tensor))
}

/** DQ of an 8-bit activation. */
function defineGrid(
  node: OnnxNode,
  conversion: Conversion,
  x: IntegerValue & { readonly type: QuantizedType },
  scales: Float32Array,
): void {
  const zeroPoints = zeroPointsAt(node, conversion, 2, node.type(0).type, 'input')
  channelOf(node, x.shape, scales.length)
  const zeroPoint = (channel: number) => zeroPoints[zeroPoints.length === 1 ? 0 : channel]!
  const shared = { tensor: x.tensor, type: x.type, label: 'requantize' }
  const output = node.node.outputs[0]!
  if (scales.length === 1) {
    const quantization = { scale: scales[0]!, zeroPoint: zeroPoint(0) }
    const values = dequantizeTable(x.type, quantization)
    conversion.define(output, conversion.grid(x.shape, { ...shared, values, axis: null, quantization }))
    return
  }
  const values = new Float32Array(scales.length * 256)
  scales.forEach((scale, channel) => {
    values.set(dequantizeTable(x.type, { scale, zeroPoint: zeroPoint(channel) }), channel * 256)
  })
  const axis = node.axis(node.int('axis', 1), x.shape.length)
  conversion.define(output, conversion.grid(x.shape, { ...shared, values, axis, quantization: null }))
}
