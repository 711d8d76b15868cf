// SPDX-License-Identifier: Apache-2.0
// ONNX Gemm, MatMul and their quantized forms. The float ones are only ever fused.
import { sizeOf } from '../../ir/types.js'
import { requireWeightAxis } from '../fused.js'
import { emitProduct } from '../matrix-product/emit.js'
import { gemmShape, matMulShape } from '../matrix-product/shapes.js'
import type { FusedNode, OnnxNode, OnnxOperator, QuantizedGroup, TensorType } from '../onnx.js'
import { defineDynamicProduct, zeroPointsOf } from '../weighted-sum/emit.js'
import { convertFloatGemm, convertFloatMatMul } from './float.js'

const gemmAttributes = { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' } as const

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
  if (a!.zeroPointName === '' || b!.zeroPointName === '' || a!.isPerAxis) return null
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
  convert: convertFloatGemm,
}

export const matMul: OnnxOperator = {
  name: 'MatMul',
  inputs: [2, 2],
  attributes: {},
  infer: (node) => [{ type: node.type(0).type, shape: matMulShape(node, node.shape(0), node.shape(1)) }],
  fuse: fuseMatMul,
  convert: convertFloatMatMul,
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
  convert: (node, conversion) => {
    const shape = matMulShape(node, node.shape(0), node.shape(1))
    if ([2, 3, 4, 5].every((input) => !node.has(input) || conversion.constant(node, input))) {
      emitProduct(node, conversion, shape, {
        ...{ isWeightTransposed: false, alpha: 1, b: 1, bias: -1, outputScale: -1, floatBias: 6 },
        ...{ aScale: 2, aZeroPoint: 4, bScale: 3, bZeroPoint: 5 },
      })
      return
    }
    const a = conversion.quantizedInput(node, 0)
    const aScale = conversion.float(node, 2)
    if (sizeOf(aScale.shape) !== 1) {
      throw node.error(
        'unsupported-feature',
        `The input scale has shape [${aScale.shape}]`,
        'Give one scale.',
      )
    }
    const aZeroPoint = zeroPointsOf(node, conversion, 4, a.type, 'input')
    defineDynamicProduct(node, conversion, {
      ...{ shape, a, aZeroPoint, aScale: aScale.stored() },
      ...{ b: 1, bScale: 3, bZeroPoint: 5, bias: 6 },
    })
  },
}
