// SPDX-License-Identifier: Apache-2.0
// ONNX Gemm, MatMul and their quantized forms. The float ones are only ever fused.
import { type Constant, type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { unfusedSum } from '../../passes/convert/unfused.js'
import { defaultZeroPoint, requireWeightAxis } from '../fused.js'
import type { FusedNode, OnnxNode, OnnxOperator, QuantizedGroup, TensorType } from '../onnx.js'
import { checkedMultipliers, checkedScales, scalarQuantization, zeroPointsAt } from '../scales.js'
import { biasOf, requireCompatibleTypes, requireInt8OrUint8, requireMatchingLength } from '../sums.js'

const gemmAttributes = { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' } as const

/** [..., K] x [K, N]; both operands of rank >= 2 with a two-dimensional (or leading-ones) right side. */
function matMulShape(node: OnnxNode, a: readonly number[], b: readonly number[]): number[] {
  const isMatrix = b.length >= 2 && b.slice(0, -2).every((d) => d === 1)
  if (a.length < 1 || !isMatrix || a[a.length - 1] !== b[b.length - 2]) {
    const fits = a[a.length - 1] === b[b.length - 2]
    throw node.error(
      fits ? 'unsupported-feature' : 'malformed-model',
      `A matrix product of [${a}] and [${b}]`,
      'Supported: [..., K] times a constant matrix [K, N].',
    )
  }
  const extra = Math.max(0, b.length - a.length)
  return [...new Array<number>(extra).fill(1), ...a.slice(0, -1), b[b.length - 1]!]
}

function gemmShape(node: OnnxNode, a: readonly number[], b: readonly number[]): number[] {
  // Rank above 2 appears only where the reference's MatMul + Add fusion reshapes around a Gemm.
  const transposeA = node.int('transA', 0) !== 0
  const transposeB = node.int('transB', 0) !== 0
  if (b.length !== 2 || a.length < 2 || (transposeA && a.length !== 2)) {
    throw node.error('malformed-model', `Gemm of [${a}] and [${b}]`, 'Gemm takes two matrices.')
  }
  const depth = transposeA ? a[0]! : a[a.length - 1]!
  const rows = transposeA ? [a[1]!] : a.slice(0, -1)
  if (depth !== (transposeB ? b[1] : b[0])) {
    throw node.error('malformed-model', `Gemm of [${a}] and [${b}] does not fit`, 'Correct the shapes.')
  }
  return [...rows, transposeB ? b[0]! : b[1]!]
}

/** Right-hand matrix as [N, K], whatever the model's order. */
function weightRows(constant: Constant, isTransposed: boolean): Constant {
  const [rows, columns] = constant.shape.slice(-2) as [number, number]
  if (isTransposed) return { ...constant, shape: [rows, columns] }
  const source = constant.data as Int8Array | Uint8Array
  const data = constant.type === 'int8' ? new Int8Array(source.length) : new Uint8Array(source.length)
  for (let k = 0; k < rows; k++) {
    for (let n = 0; n < columns; n++) data[n * rows + k] = source[k * columns + n]!
  }
  return { type: constant.type, shape: [columns, rows], data }
}

interface Product {
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

function emitProduct(node: OnnxNode, conversion: Conversion, shape: readonly number[], p: Product): void {
  let a = conversion.quantizedInput(node, 0)
  if (node.int('transA', 0) !== 0) {
    const turned = [a.shape[1]!, a.shape[0]!]
    const output = { type: a.type, shape: turned }
    a = {
      ...a,
      shape: turned,
      tensor: conversion.emit('transpose', [a.tensor], output, { permutation: [1, 0] }),
    }
  }
  const weight = weightRows(conversion.requiredConstant(node, p.b, 'the weight'), p.isWeightTransposed)
  requireInt8OrUint8(node, weight.type, 'weight')
  const units = weight.shape[0]!
  const aScales = checkedScales(
    node,
    conversion.requiredConstant(node, p.aScale, 'input scale'),
    'input scale',
  )
  const aZeroPoints = zeroPointsAt(node, conversion, p.aZeroPoint, a.type, 'input')
  requireMatchingLength(node, aScales.length, 1, 'input scale')
  requireMatchingLength(node, aZeroPoints.length, 1, 'input zero point')
  const scales = checkedScales(
    node,
    conversion.requiredConstant(node, p.bScale, 'weight scale'),
    'weight scale',
  )
  const weightZeroPoints = zeroPointsAt(node, conversion, p.bZeroPoint, weight.type, 'weight')
  requireMatchingLength(node, scales.length, units, 'weight scale')
  requireMatchingLength(node, weightZeroPoints.length, units, 'weight zero point')
  const inputScale = Math.fround(p.alpha * aScales[0]!)
  const products = checkedMultipliers(
    node,
    scales.map((s) => Math.fround(inputScale * s)),
  )
  const shared = {
    weight,
    weightZeroPoints,
    bias: p.bias < 0 ? null : biasOf(node, conversion, p.bias, units),
    inputZeroPoint: aZeroPoints[0]!,
  }
  const name = node.node.outputs[0]!
  if (p.outputScale < 0 || !node.has(p.outputScale)) {
    const floatBias = p.floatBias < 0 ? null : floatBiasOf(node, conversion, p.floatBias, units)
    const tensor = conversion.emit(
      'fully_connected',
      [a.tensor],
      { type: 'float32', shape, name },
      { ...shared, requantization: null, floatMultipliers: products, floatBias },
    )
    conversion.define(name, conversion.stored(shape, tensor))
    return
  }
  const type: QuantizedType = defaultZeroPoint(node, p.outputScale + 1, a.type)
  requireCompatibleTypes(node, a.type, weight.type, type)
  const output = scalarQuantization(node, conversion, p.outputScale, type, 'output')
  const multipliers = checkedMultipliers(
    node,
    products.map((m) => Math.fround(m / output.scale)),
  )
  const tensor = conversion.emit(
    'fully_connected',
    [a.tensor],
    { type, shape, name },
    {
      ...shared,
      requantization: { multipliers, zeroPoint: output.zeroPoint, ...rangeOf(type) },
      floatMultipliers: null,
      floatBias: null,
    },
  )
  conversion.define(name, { kind: 'integer', type, shape, tensor })
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

const outputType = (node: OnnxNode, zeroPoint: number): TensorType['type'] =>
  node.has(zeroPoint) ? node.type(zeroPoint).type : node.type(0).type

/** Reference rule for Gemm and MatMul: 8-bit operands (int8 with int8), Q behind of the input's type, or no Q at all. */
function fusableOperands(group: QuantizedGroup): boolean {
  const [a, b] = group.inputs
  if (!a || !b) return false
  const isEightBit = (type: string) => type === 'int8' || type === 'uint8'
  if (!isEightBit(a.type) || !isEightBit(b.type)) return false
  if (a.type === 'int8' && b.type !== 'int8') return false
  return group.output === null || group.output.type === a.type
}

function fuseGemm(node: OnnxNode, group: QuantizedGroup): FusedNode | null {
  if (!fusableOperands(group)) return null
  const [a, b, c] = group.inputs
  if (a!.zeroPointName === '' || b!.zeroPointName === '') return null
  const hasBias = node.has(2)
  if (hasBias && (c?.type !== 'int32' || node.float('beta', 1) !== 1 || node.float('alpha', 1) !== 1))
    return null
  requireWeightAxis(node, b!, node.int('transB', 0) !== 0 ? 0 : 1)
  const { alpha, transA, transB } = node.node.attributes
  const attributes = Object.fromEntries(
    Object.entries({ alpha, transA, transB }).filter(([, v]) => v !== undefined),
  )
  const inputs = [a!.tensor, a!.scaleName, a!.zeroPointName, b!.tensor, b!.scaleName, b!.zeroPointName]
  const output = group.output ? [group.output.scaleName, group.output.zeroPointName] : []
  return { operator: 'com.microsoft.QGemm', inputs: [...inputs, c?.tensor ?? '', ...output], attributes }
}

function fuseMatMul(node: OnnxNode, group: QuantizedGroup): FusedNode | null {
  if (!fusableOperands(group)) return null
  const [a, b] = group.inputs
  requireWeightAxis(node, b!, node.shape(1).length - 1)
  if (group.output) {
    const first = [a!.tensor, a!.scaleName, a!.zeroPointName, b!.tensor, b!.scaleName, b!.zeroPointName]
    const inputs = [...first, group.output.scaleName, group.output.zeroPointName]
    return { operator: 'QLinearMatMul', inputs, attributes: {} }
  }
  const inputs = [a!.tensor, b!.tensor, a!.scaleName, b!.scaleName, a!.zeroPointName, b!.zeroPointName]
  return { operator: 'com.microsoft.MatMulIntegerToFloat', inputs, attributes: {} }
}

export const gemm: OnnxOperator = {
  name: 'Gemm',
  inputs: [2, 3],
  attributes: gemmAttributes,
  infer: (node) => [{ type: node.type(0).type, shape: gemmShape(node, node.shape(0), node.shape(1)) }],
  fuse: fuseGemm,
  convert: (node, conversion) => {
    throw unfusedSum(node, conversion)
  },
}

export const matMul: OnnxOperator = {
  name: 'MatMul',
  inputs: [2, 2],
  attributes: {},
  infer: (node) => [{ type: node.type(0).type, shape: matMulShape(node, node.shape(0), node.shape(1)) }],
  fuse: fuseMatMul,
  convert: (node, conversion) => {
    throw unfusedSum(node, conversion)
  },
}

export const qLinearMatMul: OnnxOperator = {
  name: 'QLinearMatMul',
  inputs: [8, 8],
  attributes: {},
  infer: (node) => [{ type: outputType(node, 7), shape: matMulShape(node, node.shape(0), node.shape(3)) }],
  convert: (node, conversion) =>
    emitProduct(node, conversion, matMulShape(node, node.shape(0), node.shape(3)), {
      ...{ isWeightTransposed: false, alpha: 1, b: 3, bias: -1, outputScale: 6, floatBias: -1 },
      ...{ aScale: 1, aZeroPoint: 2, bScale: 4, bZeroPoint: 5 },
    }),
}

export const qGemm: OnnxOperator = {
  name: 'com.microsoft.QGemm',
  inputs: [6, 9],
  attributes: { alpha: 'float', transA: 'int', transB: 'int' },
  infer: (node) => [
    {
      type: node.has(7) ? outputType(node, 8) : 'float32',
      shape: gemmShape(node, node.shape(0), node.shape(3)),
    },
  ],
  convert: (node, conversion) =>
    emitProduct(node, conversion, gemmShape(node, node.shape(0), node.shape(3)), {
      isWeightTransposed: node.int('transB', 0) !== 0,
      ...{ alpha: node.float('alpha', 1), b: 3, bias: 6, outputScale: 7, floatBias: -1 },
      ...{ aScale: 1, aZeroPoint: 2, bScale: 4, bZeroPoint: 5 },
    }),
}

export const matMulIntegerToFloat: OnnxOperator = {
  name: 'com.microsoft.MatMulIntegerToFloat',
  inputs: [4, 7],
  attributes: {},
  infer: (node) => [{ type: 'float32', shape: matMulShape(node, node.shape(0), node.shape(1)) }],
  convert: (node, conversion) =>
    emitProduct(node, conversion, matMulShape(node, node.shape(0), node.shape(1)), {
      ...{ isWeightTransposed: false, alpha: 1, b: 1, bias: -1, outputScale: -1, floatBias: 6 },
      ...{ aScale: 2, aZeroPoint: 4, bScale: 3, bZeroPoint: 5 },
    }),
}
