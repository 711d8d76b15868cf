// SPDX-License-Identifier: Apache-2.0
// Shapes of matrix products: numpy's rules for MatMul and its kin, two matrices for Gemm.
import { broadcast, type OnnxNode } from '../onnx.js'

/** [..., M, K] x [..., K, N] with broadcast batches; an operand of rank 1 is a row on the left, a column on the right. */
export function matMulShape(node: OnnxNode, a: readonly number[], b: readonly number[]): number[] {
  const depthOfB = b.length === 1 ? b[0] : b[b.length - 2]
  if (a.length === 0 || b.length === 0 || a[a.length - 1] !== depthOfB) {
    throw node.error(
      'malformed-model',
      `A matrix product of [${a}] and [${b}]`,
      'The last dimension of the left side must be the last but one of the right side.',
    )
  }
  const rows = a.length === 1 ? [] : [a[a.length - 2]!]
  const columns = b.length === 1 ? [] : [b[b.length - 1]!]
  return [...broadcast(a.slice(0, -2), b.slice(0, -2), node), ...rows, ...columns]
}

/** Two-dimensional up to leading axes of length 1: a weight matrix, where it is constant. */
export const isMatrix = (shape: readonly number[]): boolean =>
  shape.length >= 2 && shape.slice(0, -2).every((d) => d === 1)

export function gemmShape(node: OnnxNode, a: readonly number[], b: readonly number[]): number[] {
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
