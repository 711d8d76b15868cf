// SPDX-License-Identifier: Apache-2.0
/**
 * Zero padding of the spatial dimensions goes into the window behind it:
 *
 *     pad(0) -> conv{pads: p}             =>     conv{pads: p + pad}
 *     pad(0) -> average_pool{pads: p}     =>     average_pool{pads: p + pad, count_include_pad: 1}, where p is 0 or counted already
 *     pad(0) -> max_pool{pads: p}         =>     max_pool{pads: p + pad}: the zeros no longer take part, as in the reference
 *
 * Leaves other modes and values (-0 too), axes, negative pads, padded batch or channels, auto_pad, and a Pad that is
 * read elsewhere.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

const windows = new Set(['Conv', 'AveragePool', 'MaxPool'])

export function foldPads(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Pad') return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.input !== 0 || !windows.has(use.node.operator)) return false
    const pads = zeroPads(editor, node)
    const window = editor.view(use.node)
    if (!pads || window.string('auto_pad', 'NOTSET') !== 'NOTSET') return false
    const old = window.ints('pads') ?? pads.map(() => 0)
    const isAverage = use.node.operator === 'AveragePool'
    if (isAverage && window.int('count_include_pad', 0) === 0 && old.some((p) => p !== 0)) return false
    editor.remove(node)
    editor.replace(use.node, {
      ...use.node,
      inputs: [node.inputs[0]!, ...use.node.inputs.slice(1)],
      attributes: {
        ...use.node.attributes,
        pads: old.map((p, i) => p + pads[i]!),
        ...(isAverage ? { count_include_pad: 1 } : {}),
      },
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
  if (!pads || value === undefined || (value && !Object.is(Number(value.data[0]), 0))) return null
  const all = Array.from(pads.data as ArrayLike<number | bigint>, Number)
  const rank = all.length / 2
  const outer = [all[0], all[1], all[rank], all[rank + 1]]
  if (outer.some((p) => p !== 0) || all.some((p) => p < 0)) return null
  return [...all.slice(2, rank), ...all.slice(rank + 2)]
}
