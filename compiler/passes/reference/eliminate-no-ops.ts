// SPDX-License-Identifier: Apache-2.0
/**
 * Identity, inference-time Dropout and casts to the same type disappear.
 *
 *     conv -> identity -> quantize     =>     conv -> quantize
 *
 * Leaves one that stands between a graph input (or a tensor that is read elsewhere as an output) and a graph output.
 */
import { sizeOf } from '../../ir/types.js'
import type { GraphEditor } from './editor.js'

const noOps = new Set(['Identity', 'Dropout', 'Cast'])

export function eliminateNoOps(editor: GraphEditor): boolean {
  let changed = false
  for (const node of editor.nodes) {
    if (!isNoOp(editor, node.operator, node.inputs[0]!, node.outputs[0]!)) continue
    const [input, output] = [node.inputs[0]!, node.outputs[0]!]
    if (!editor.isOutput(output)) {
      editor.remove(node)
      editor.redirectAll(output, input)
      changed = true
      continue
    }
    // A graph output keeps its name: its producer writes it directly, where nobody else needs the old name.
    const producer = editor.producer(input)
    if (!producer || editor.isOutput(input)) continue
    editor.remove(node)
    editor.redirectAll(input, output)
    editor.replace(producer, {
      ...producer,
      outputs: producer.outputs.map((name) => (name === input ? output : name)),
    })
    changed = true
  }
  return changed
}

function isNoOp(editor: GraphEditor, operator: string, input: string, output: string): boolean {
  if (!noOps.has(operator)) return false
  const [from, to] = [editor.tensor(input), editor.tensor(output)]
  return (
    from !== undefined && to !== undefined && from.type === to.type && sizeOf(from.shape) === sizeOf(to.shape)
  )
}
