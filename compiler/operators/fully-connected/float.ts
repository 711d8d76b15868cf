// SPDX-License-Identifier: Apache-2.0
// Gemm and MatMul that the reference leaves in float, with a constant matrix on the right (--float-islands).
import type { SumOrder } from '../../ir/sum-operators.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import {
  blockOf,
  constantBias,
  defineFloatSum,
  isRowTimesMatrix,
  requireFloatIsland,
} from '../../passes/convert/float-sums.js'
import { weightRows } from '../matrix-product/emit.js'
import { gemmShape, matMulShape } from '../matrix-product/shapes.js'
import type { OnnxNode } from '../onnx.js'
import { defineIntegerGemm, defineIntegerMatMul } from './integer.js'

const rows = { kernel: [], strides: [], pads: [], dilations: [], group: 1 }

/** Terms per block where the reference has packed a constant right side. */
const packedBlock = 256

const blocked = (block: number, alpha = 1): SumOrder => ({ block, alpha, biasFirst: true, tailBlock: null })

const rowTimesMatrix = (depth: number): SumOrder => ({
  ...{ block: null, alpha: 1, biasFirst: true, tailBlock: depth },
})

export function convertFloatMatMul(node: OnnxNode, conversion: Conversion): void {
  if (defineIntegerMatMul(node, conversion)) return
  requireFloatIsland(node, conversion)
  const [a, b] = [node.shape(0), node.shape(1)]
  if (a.length < 2 || b.length !== 2) {
    throw node.error(
      'float-sum',
      `It computes in float, as a product of [${a}] and [${b}]: the order of that sum is not established`,
      'Quantize both of its inputs and its output, or give it a matrix of weights.',
    )
  }
  const [depth, columns] = b as [number, number]
  const isRow = isRowTimesMatrix(node, conversion)
  defineFloatSum(node, conversion, {
    shape: matMulShape(node, a, b),
    channelAxis: 1,
    arrange: (constant) => weightRows(constant, false),
    window: rows,
    order: (isPacked) => {
      if (isPacked) return blocked(packedBlock)
      return isRow ? rowTimesMatrix(depth) : blocked(blockOf(columns))
    },
    bias: null,
  })
}

export function convertFloatGemm(node: OnnxNode, conversion: Conversion): void {
  if (defineIntegerGemm(node, conversion)) return
  requireFloatIsland(node, conversion)
  const shape = gemmShape(node, node.shape(0), node.shape(1))
  const isTransposed = node.int('transB', 0) !== 0
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)]
  if (node.int('transA', 0) !== 0 || (node.has(2) && beta === 0)) {
    throw node.error(
      'float-sum',
      'It computes in float, with transA or a beta of 0: the order of that sum is not established',
      'Quantize its inputs and its output, or export it as a MatMul.',
    )
  }
  const columns = shape.at(-1)!
  const bias = constantBias(node, conversion, 2, columns)
  const isPlain = !isTransposed && alpha === 1 && (bias === null || beta === 1)
  const isRow = isPlain && isRowTimesMatrix(node, conversion)
  defineFloatSum(node, conversion, {
    shape,
    channelAxis: isTransposed ? 0 : 1,
    arrange: (constant) => weightRows(constant, isTransposed),
    window: rows,
    order: (isPacked) => {
      if (isPacked) return blocked(packedBlock, alpha)
      return isRow ? rowTimesMatrix(node.shape(0).at(-1)!) : blocked(blockOf(columns), alpha)
    },
    bias: bias?.map((value) => Math.fround(value * beta)) ?? null,
  })
}
