// SPDX-License-Identifier: Apache-2.0
// Tensors of 4-bit elements stand between quantization, dequantization and casts, or are constants; the reference takes
// and gives none, and has few other operators on them.
import type { Problem } from '../errors.js'
import { type ElementType, isNibbleType } from '../ir/types.js'
import type { OnnxNode } from '../operators/onnx.js'

const allowed = new Set(['QuantizeLinear', 'DequantizeLinear', 'Cast', 'Constant'])

/** Throws CapletError where the node reads or writes one, and is none of these. */
export function refuseNibbles(node: OnnxNode, types: readonly ElementType[]): void {
  const type = types.find(isNibbleType)
  if (type === undefined || allowed.has(node.node.operator)) return
  throw node.error(
    'unsupported-type',
    `It works on ${type}`,
    'Put a DequantizeLinear or a Cast in front of it.',
  )
}

export const nibbleEdge = (name: string, type: ElementType): Problem => ({
  code: 'unsupported-type',
  message: `Input or output "${name}" has element type ${type}: ONNX Runtime takes and gives no such tensors`,
  remedy: 'Put a Cast to 8 bits, or a DequantizeLinear, at the edge.',
})
