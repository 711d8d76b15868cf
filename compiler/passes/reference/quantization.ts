// SPDX-License-Identifier: Apache-2.0
// Reading QuantizeLinear and DequantizeLinear nodes as the reference's passes do.
import type { Node } from '../../ir/graph.js'
import type { ElementType } from '../../ir/types.js'
import type { GraphEditor } from './editor.js'

export type QuantizeNode = Node & { readonly operator: 'QuantizeLinear' }
export type DequantizeNode = Node & { readonly operator: 'DequantizeLinear' }

export const isQuantize = (node: Node | undefined): node is QuantizeNode =>
  node?.operator === 'QuantizeLinear'
export const isDequantize = (node: Node | undefined): node is DequantizeNode =>
  node?.operator === 'DequantizeLinear'

export interface ScalarParameters {
  readonly scale: number
  readonly zeroPoint: number
  readonly type: ElementType
  /** Scale and zero point (or its absence) are of rank 0: some of the reference's rules look at those only. */
  readonly isRank0: boolean
  readonly hasZeroPoint: boolean
}

/** The reference writes nodes of the model's own operator set, whether or not it has them, and then does not load the model. */
export function refuseBefore(editor: GraphEditor, node: Node, opset: number, what: string): void {
  if (editor.opset >= opset) return
  throw editor
    .view(node)
    .error(
      'reference-refuses',
      `The reference does not load the model: ${what}, which operator set ${editor.opset} does not have`,
      `Export the model for operator set ${opset} or newer (13 is a safe choice).`,
    )
}

/** Constant scalar (or [1]) scale and zero point, or null. */
export function scalarParameters(editor: GraphEditor, node: Node): ScalarParameters | null {
  const scale = editor.constant(node.inputs[1] ?? '')
  const zeroName = node.inputs[2] ?? ''
  const zero = zeroName === '' ? undefined : editor.constant(zeroName)
  if (scale?.data.length !== 1 || scale.shape.length > 1) return null
  if (zeroName !== '' && (zero?.data.length !== 1 || zero.shape.length > 1)) return null
  const quantized = isQuantize(node) ? node.outputs[0]! : node.inputs[0]!
  return {
    scale: Number(scale.data[0]),
    zeroPoint: zero ? Number(zero.data[0]) : 0,
    type: editor.tensor(quantized)!.type,
    isRank0: scale.shape.length === 0 && (zero?.shape.length ?? 0) === 0,
    hasZeroPoint: zeroName !== '',
  }
}

/** The reference's "pair supported": both scalar and constant, explicit zero points, all equal. */
export function isMatchingPair(a: ScalarParameters | null, b: ScalarParameters | null): boolean {
  if (!a || !b || !a.hasZeroPoint || !b.hasZeroPoint) return false
  return a.type === b.type && a.scale === b.scale && a.zeroPoint === b.zeroPoint
}

/** Range of a quantized type for the passes that clamp; null for other types. */
export function typeRange(type: ElementType): { readonly min: number; readonly max: number } | null {
  switch (type) {
    case 'int8':
      return { min: -128, max: 127 }
    case 'uint8':
      return { min: 0, max: 255 }
    case 'int16':
      return { min: -32768, max: 32767 }
    case 'uint16':
      return { min: 0, max: 65535 }
    default:
      return null
  }
}
