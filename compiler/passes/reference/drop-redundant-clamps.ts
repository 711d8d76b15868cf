// SPDX-License-Identifier: Apache-2.0
/**
 * A Relu or Clip that is read only by a Q whose range it does not narrow disappears.
 *
 *     relu -> q{zero point lo}     =>     q
 *
 * Leaves one in front of a Q without zero point, and a Clip in front of one whose parameters are of shape [1].
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import { isQuantize, scalarParameters, typeRange } from './quantization.js'

const f = Math.fround

export function dropRedundantClamps(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (!editor.operator(node).clamp) return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (!use || !isQuantize(use.node) || !isRedundant(editor, node, use.node)) return false
    editor.remove(node)
    editor.redirect(use.node, node.outputs[0]!, node.inputs[0]!)
    return true
  })
}

/** Every real value that the Q can give lies within the clamp's range, up to the reference's tolerance. */
function isRedundant(editor: GraphEditor, clamp: Node, quantize: Node): boolean {
  const bounds = editor.operator(clamp).clamp!(editor.view(clamp))
  const parameters = scalarParameters(editor, quantize)
  const range = parameters && typeRange(parameters.type)
  if (!bounds || !range || !parameters.hasZeroPoint) return false
  const { scale, zeroPoint } = parameters
  if (clamp.operator === 'Relu') return zeroPoint === range.min
  const epsilon = 2 ** -23
  const lower = f(scale * (range.min - zeroPoint))
  const upper = f(scale * (range.max - zeroPoint))
  return parameters.isRank0 && !(epsilon < f(bounds.min - lower) || epsilon < f(upper - bounds.max))
}
