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
  return editor.each((node) => {
    if (!isNoOp(editor, node.operator, node.inputs[0]!, node.outputs[0]!)) return false
    const [input, output] = [node.inputs[0]!, node.outputs[0]!]
    if (!editor.isOutput(output)) {
      editor.remove(node)
      editor.redirectAll(output, input)
      return true
    }
    // A graph output keeps its name: its producer writes it directly, where nobody else needs the old name.
    const producer = editor.producer(input)
    if (!producer || editor.isOutput(input)) return false
    editor.remove(node)
    editor.redirectAll(input, output)
    editor.replace(producer, {
      ...producer,
      outputs: producer.outputs.map((name) => (name === input ? output : name)),
    })
    return true
  })
}

function isNoOp(editor: GraphEditor, operator: string, input: string, output: string): boolean {
  if (!noOps.has(operator)) return false
  const [from, to] = [editor.tensor(input), editor.tensor(output)]
  return (
    from !== undefined && to !== undefined && from.type === to.type && sizeOf(from.shape) === sizeOf(to.shape)
  )
}
