// SPDX-License-Identifier: Apache-2.0
/**
 * A Relu in front of a Clip becomes part of it: relu -> clip(a, b)  =>  clip(max(a, 0), b).
 * Leaves a Relu that is read elsewhere and a Clip whose lower bound is not constant.
 */
import type { GraphEditor } from './editor.js'

export function mergeReluClip(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Relu') return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Clip' || use.input !== 0) return false
    const bounds = editor.operator(use.node).clamp?.(editor.view(use.node))
    if (!bounds) return false
    const low = Float32Array.of(Math.max(bounds.min, 0))
    const name = editor.addConstant(`${use.node.name}/min`, { type: 'float32', shape: [], data: low })
    editor.remove(node)
    const high = use.node.inputs[2] ?? ''
    editor.replace(use.node, { ...use.node, inputs: [node.inputs[0]!, name, ...(high === '' ? [] : [high])] })
    return true
  })
}
