// SPDX-License-Identifier: Apache-2.0
/**
 * A multiplication by a reciprocal becomes a division, with one rounding less:
 *
 *     div(1, x) -> mul(y)     =>     div(y, x)
 *
 * Leaves a reciprocal that is read elsewhere.
 */
import type { GraphEditor } from './editor.js'

export function fuseDivision(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Div') return false
    const one = editor.constant(node.inputs[0]!)
    if (one?.data.length !== 1 || Number(one.data[0]) !== 1) return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Mul') return false
    const other = use.node.inputs[1 - use.input]!
    editor.remove(node)
    editor.replace(use.node, { ...node, inputs: [other, node.inputs[1]!], outputs: use.node.outputs })
    return true
  })
}
