// SPDX-License-Identifier: Apache-2.0
// ONNX Transpose.
import { convertCopy } from '../../passes/convert/copies.js'
import { rearranged } from '../constant/arithmetic.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'

function permutationOf(node: OnnxNode): number[] {
  const rank = node.shape(0).length
  const permutation = node.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)
  const isPermutation =
    permutation.length === rank && [...permutation].sort((a, b) => a - b).every((p, i) => p === i)
  if (isPermutation) return permutation
  throw node.error(
    'malformed-model',
    `perm [${permutation}] does not order ${rank} axes`,
    'perm must hold every axis once: export the model again.',
    'perm',
  )
}

export const transpose: OnnxOperator = {
  name: 'Transpose',
  inputs: [1, 1],
  attributes: { perm: 'ints' },
  isCopy: true,
  propagatesQuantization: true,
  runsOnQuanta: true,
  infer: (node) => {
    const shape = node.shape(0)
    return [{ type: node.type(0).type, shape: permutationOf(node).map((p) => shape[p]!) }]
  },
  evaluate: (node, [x]) => {
    const permutation = permutationOf(node)
    const shape = permutation.map((p) => x!.shape[p]!)
    return [
      rearranged(x!, shape, (at) => {
        const source = new Array<number>(at.length)
        permutation.forEach((p, i) => {
          source[p] = at[i]!
        })
        return source
      }),
    ]
  },
  convert: (node, conversion) =>
    convertCopy(node, conversion, 'transpose', { permutation: permutationOf(node) }),
}
