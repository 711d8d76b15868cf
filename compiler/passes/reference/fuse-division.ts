// SPDX-License-Identifier: Apache-2.0
/**
 * A multiplication by a reciprocal becomes a division, with one rounding less:
 *
 *     div(1, x) -> mul(y)     =>     div(y, x)
 *
 * Leaves a reciprocal that is read elsewhere. Refuses a y that an operator gives which does nothing: the reference removes that
 * one afterwards, and does not find the division's new input again.
 */

import type { GraphEditor } from './editor.js'
import { passedThrough } from './eliminate-no-ops.js'

export function fuseDivision(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Div') return false
    const one = editor.constant(node.inputs[0]!)
    if (one?.data.length !== 1 || Number(one.data[0]) !== 1) return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Mul') return false
    const other = use.node.inputs[1 - use.input]!
    const producer = editor.producer(other)
    if (producer && !editor.isOutput(other) && passedThrough(editor, producer) !== null) {
      throw editor
        .view(producer)
        .error(
          'reference-refuses',
          'It does nothing, and the reference loses what a division by 1 / x reads from it',
          'Remove it.',
        )
    }
    editor.remove(node)
    editor.replace(use.node, { ...node, inputs: [other, node.inputs[1]!], outputs: use.node.outputs })
    return true
  })
}
