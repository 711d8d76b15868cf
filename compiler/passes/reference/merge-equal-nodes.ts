// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes that compute the same thing become one (the reference's common subexpression elimination): a tensor that is
 * quantized twice with equal parameters is quantized once, so that it has one consumer.
 *
 *     conv -> quantize(s, z), conv -> quantize(s, z)     =>     conv -> quantize(s, z)
 *
 * Leaves nodes that write graph outputs, and DequantizeLinear: each reader has one of its own, and so readers of equal
 * ones stay apart.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import { isDequantize } from './quantization.js'

/** Constants of up to this many elements, of these types, are compared by value, as the reference shares them; others by name. */
const sharedElements = 8
const sharedTypes = new Set(['float32', 'float64', 'int32', 'int64'])

export function mergeEqualNodes(editor: GraphEditor): boolean {
  const seen = new Map<string, Node>()
  return editor.each((node) => {
    if (isDequantize(node)) return false
    const key = keyOf(editor, node)
    const twin = seen.get(key)
    if (!twin) seen.set(key, node)
    if (!twin || node.outputs.some((output) => editor.isOutput(output))) return false
    editor.remove(node)
    node.outputs.forEach((output, i) => {
      if (output !== '') editor.redirectAll(output, twin.outputs[i]!)
    })
    return true
  })
}

function keyOf(editor: GraphEditor, node: Node): string {
  const inputs = node.inputs.map((name) => {
    const constant = editor.constant(name)
    const isShared = constant && constant.data.length <= sharedElements && sharedTypes.has(constant.type)
    if (!isShared) return name
    return `${constant.type}[${constant.shape}]${Array.from(constant.data as ArrayLike<number | bigint>, String)}`
  })
  const attributes = Object.entries(node.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) => `${name}=${typeof value === 'object' && !Array.isArray(value) ? node.name : value}`,
    )
  return [node.operator, ...inputs, ...attributes].join('|')
}
