// SPDX-License-Identifier: Apache-2.0
/**
 * Zero padding of the spatial dimensions in front of a convolution goes into the convolution's own pads.
 *
 *     pad(0) -> conv{pads: p}     =>     conv{pads: p + pad}
 *
 * Leaves other modes and values, negative pads, padded batch or channels, auto_pad, and a Pad that is read elsewhere.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

export function foldPads(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Pad') return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Conv' || use.input !== 0) return false
    const pads = zeroPads(editor, node)
    if (!pads || editor.view(use.node).string('auto_pad', 'NOTSET') !== 'NOTSET') return false
    const old = (use.node.attributes.pads as number[] | undefined) ?? pads.map(() => 0)
    const attributes = { ...use.node.attributes, pads: old.map((p, i) => p + pads[i]!) }
    editor.remove(node)
    editor.replace(use.node, {
      ...use.node,
      inputs: [node.inputs[0]!, ...use.node.inputs.slice(1)],
      attributes,
    })
    return true
  })
}

/** Spatial pads, begin then end, of a constant zero padding; null for any other. */
function zeroPads(editor: GraphEditor, node: Node): number[] | null {
  const view = editor.view(node)
  if (view.string('mode', 'constant') !== 'constant' || view.has(3)) return null
  const pads = view.constant(1)
  const value = view.has(2) ? view.constant(2) : null
  if (!pads || value === undefined || (value && Number(value.data[0]) !== 0)) return null
  const all = Array.from(pads.data as ArrayLike<number | bigint>, Number)
  const rank = all.length / 2
  const outer = [all[0], all[1], all[rank], all[rank + 1]]
  if (outer.some((p) => p !== 0) || all.some((p) => p < 0)) return null
  return [...all.slice(2, rank), ...all.slice(rank + 2)]
}
