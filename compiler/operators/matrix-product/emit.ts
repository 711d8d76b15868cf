// SPDX-License-Identifier: Apache-2.0
// From the quantized ONNX forms of a matrix product to Caplet's operators: a constant matrix on the right is a layer
// (fully_connected, weights in flash), anything else a product of two tensors in memory (matrix_product).
import { allocate, type Constant, type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import type { IntegerValue } from '../../passes/convert/values.js'
import { defaultZeroPoint } from '../fused.js'
import type { OnnxNode } from '../onnx.js'
import { checkedMultipliers, checkedScales, scalarQuantization, zeroPointsAt } from '../scales.js'
import { biasOf, requireCompatibleTypes, requireInt8OrUint8, requireMatchingLength } from '../sums.js'
import { isMatrix } from './shapes.js'

export interface Product {
  readonly isWeightTransposed: boolean
  readonly alpha: number
  /** Inputs: scales and zero points follow a and b; bias and output at these positions (-1 = none). */
  readonly b: number
  readonly bias: number
  readonly outputScale: number
  readonly floatBias: number
  readonly aScale: number
  readonly aZeroPoint: number
  readonly bScale: number
  readonly bZeroPoint: number
}

type QuantizedValue = IntegerValue & { readonly type: QuantizedType }

/** Emits the product and defines the node's output, of the given shape. */
export function emitProduct(
  node: OnnxNode,
  conversion: Conversion,
  shape: readonly number[],
  p: Product,
): void {
  const first = conversion.quantizedInput(node, 0)
  const a = node.int('transA', 0) !== 0 ? transposed(conversion, first) : first
  const constant = conversion.constant(node, p.b)
  const weight = constant && isMatrix(constant.shape) ? weightRows(constant, p.isWeightTransposed) : null
  if (weight) requireInt8OrUint8(node, weight.type, 'weight')
  const b = weight ? null : rightSide(node, conversion, p)
  const bType = weight ? (weight.type as QuantizedType) : b!.type
  const numbers = numbersOf(node, conversion, p, {
    a,
    bType,
    units: weight ? weight.shape[0]! : b!.shape.at(-1)!,
  })
  const { bZeroPoints, ...shared } = numbers
  const name = node.node.outputs[0]!
  const emit = (outputShape: readonly number[], tensorName?: string) => {
    const output = { type: numbers.type, shape: outputShape, ...(tensorName ? { name: tensorName } : {}) }
    if (weight) {
      const { type: _, aZeroPoint: inputZeroPoint, bias, ...result } = shared
      const attributes = { weight, weightZeroPoints: bZeroPoints, bias, inputZeroPoint, ...result }
      return conversion.emit('fully_connected', [a.tensor], output, attributes)
    }
    const { type: _, ...rest } = shared
    const operands = [matrixOf(conversion, a, 'row'), matrixOf(conversion, b!, 'column')]
    return conversion.emit('matrix_product', operands, output, { ...rest, bZeroPoints })
  }
  const tensor = weight ? emit(shape, name) : emitMatrices(conversion, shape, name, a, b!, emit)
  if (numbers.type === 'float32') conversion.define(name, conversion.stored(shape, tensor))
  else conversion.define(name, { kind: 'integer', type: numbers.type, shape, tensor })
}

/** A product whose operands have at least rank 2; the axes that vectors gained are taken off again. */
export function emitMatrices(
  conversion: Conversion,
  shape: readonly number[],
  name: string,
  a: IntegerValue,
  b: IntegerValue,
  emit: (shape: readonly number[], name?: string) => string,
): string {
  if (a.shape.length > 1 && b.shape.length > 1) return emit(shape, name)
  const batch = a.shape.length > 1 ? shape.slice(0, -1) : b.shape.length > 1 ? shape.slice(0, -1) : []
  const rows = a.shape.length === 1 ? 1 : shape.at(-1)!
  const columns = b.shape.length === 1 ? 1 : shape.at(-1)!
  const product = emit([...batch, rows, columns])
  const { type } = conversion.tensors.get(product)!
  return conversion.emit('reshape', [product], { type, shape, name }, {})
}

/** The operand's tensor with rank 2 or more. */
export function matrixOf(conversion: Conversion, value: IntegerValue, as: 'row' | 'column'): string {
  if (value.shape.length > 1) return value.tensor
  const shape = as === 'row' ? [1, value.shape[0]!] : [value.shape[0]!, 1]
  return conversion.emit('reshape', [value.tensor], { type: value.type, shape }, {})
}

function rightSide(node: OnnxNode, conversion: Conversion, p: Product): QuantizedValue {
  const b = conversion.quantizedInput(node, p.b)
  return p.isWeightTransposed ? transposed(conversion, b) : b
}

/** A matrix with its axes exchanged. */
export function transposed(conversion: Conversion, value: QuantizedValue): QuantizedValue {
  const shape = [value.shape[1]!, value.shape[0]!]
  const output = { type: value.type, shape }
  return {
    ...value,
    shape,
    tensor: conversion.emit('transpose', [value.tensor], output, { permutation: [1, 0] }),
  }
}

/** Right-hand matrix as [N, K], whatever the model's order. */
export function weightRows(constant: Constant, isTransposed: boolean): Constant {
  const [rows, columns] = constant.shape.slice(-2) as [number, number]
  if (isTransposed) return { ...constant, shape: [rows, columns] }
  const source = constant.data as Int8Array | Uint8Array | Float32Array
  const data = allocate(constant.type, source.length)
  for (let k = 0; k < rows; k++) {
    for (let n = 0; n < columns; n++) data[n * rows + k] = source[k * columns + n]!
  }
  return { type: constant.type, shape: [columns, rows], data }
}

interface Operands {
  readonly a: QuantizedValue
  readonly bType: QuantizedType
  readonly units: number
}

/** Zero points, bias and what becomes of the accumulator, from the node's constants. */
function numbersOf(node: OnnxNode, conversion: Conversion, p: Product, { a, bType, units }: Operands) {
  const constantScales = (input: number, what: string) =>
    checkedScales(node, conversion.requiredConstant(node, input, what), what)
  const aScales = constantScales(p.aScale, 'input scale')
  const aZeroPoints = zeroPointsAt(node, conversion, p.aZeroPoint, a.type, 'input')
  requireMatchingLength(node, aScales.length, 1, 'input scale')
  requireMatchingLength(node, aZeroPoints.length, 1, 'input zero point')
  const scales = constantScales(p.bScale, 'weight scale')
  const bZeroPoints = zeroPointsAt(node, conversion, p.bZeroPoint, bType, 'weight')
  requireMatchingLength(node, scales.length, units, 'weight scale')
  requireMatchingLength(node, bZeroPoints.length, units, 'weight zero point')
  const inputScale = Math.fround(p.alpha * aScales[0]!)
  const products = checkedMultipliers(
    node,
    scales.map((s) => Math.fround(inputScale * s)),
  )
  const shared = {
    aZeroPoint: aZeroPoints[0]!,
    bZeroPoints,
    bias: p.bias < 0 ? null : biasOf(node, conversion, p.bias, units),
  }
  if (p.outputScale < 0 || !node.has(p.outputScale)) {
    const floatBias = p.floatBias < 0 ? null : floatBiasOf(node, conversion, p.floatBias, units)
    return {
      ...shared,
      type: 'float32' as const,
      requantization: null,
      floatMultipliers: products,
      floatBias,
    }
  }
  const type: QuantizedType = defaultZeroPoint(node, p.outputScale + 1, a.type)
  requireCompatibleTypes(node, a.type, bType, type)
  const output = scalarQuantization(node, conversion, p.outputScale, type, 'output')
  const multipliers = checkedMultipliers(
    node,
    products.map((m) => Math.fround(m / output.scale)),
  )
  const requantization = { multipliers, zeroPoint: output.zeroPoint, ...rangeOf(type) }
  return { ...shared, type, requantization, floatMultipliers: null, floatBias: null }
}

function floatBiasOf(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  units: number,
): Float32Array | null {
  if (!node.has(input)) return null
  const constant = conversion.requiredConstant(node, input, 'the bias')
  const data = constant.data as Float32Array
  if (constant.type === 'float32' && data.length === units) return data
  throw node.error(
    'unsupported-feature',
    `The bias has shape [${constant.shape}]`,
    `Give it ${units} float32 entries.`,
  )
}
