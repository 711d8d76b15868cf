// SPDX-License-Identifier: Apache-2.0
/**
 * A Relu in front of a Clip becomes part of it: relu -> clip(a, b)  =>  clip(max(a, 0), b).
 * Leaves a Relu that is read elsewhere and a Clip whose lower bound is not constant. The reference fails on integers.
 */
import { allocate } from '../../ir/types.js'
import type { GraphEditor } from './editor.js'

export function mergeReluClip(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Relu') return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Clip' || use.input !== 0) return false
    const clip = editor.view(use.node)
    const bounds = editor.operator(use.node).clamp?.(clip)
    if (!bounds) return false
    const { type } = editor.tensor(node.inputs[0]!)!
    if (clip.has(1) && type !== 'float32') {
      throw clip.error(
        'reference-refuses',
        `The reference does not load the model: it merges the Relu in front of this Clip, but not on ${type}`,
        'Remove the Relu, and make the lower bound of the Clip at least 0.',
      )
    }
    const data = allocate(type, 1)
    data[0] = Math.max(bounds.min, 0) as never
    const name = editor.addConstant(`${use.node.name}/min`, { type, shape: [], data })
    editor.remove(node)
    const high = use.node.inputs[2] ?? ''
    editor.replace(use.node, { ...use.node, inputs: [node.inputs[0]!, name, ...(high === '' ? [] : [high])] })
    return true
  })
}
