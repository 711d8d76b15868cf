// SPDX-License-Identifier: Apache-2.0
/**
 * A Relu or Clip that is read only by a Q whose range it does not narrow disappears.
 *
 *     relu -> q{zero point lo}     =>     q
 */
import type { GraphEditor } from './editor.js'
import { isClampRedundant } from './fuse-quantized-groups.js'
import { isQuantize } from './quantization.js'

export function dropRedundantClamps(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (!editor.operator(node).clamp) return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (!use || !isQuantize(use.node) || !isClampRedundant(editor, node, use.node)) return false
    editor.remove(node)
    editor.redirect(use.node, node.outputs[0]!, node.inputs[0]!)
    return true
  })
}
