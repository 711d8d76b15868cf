// SPDX-License-Identifier: Apache-2.0
/**
 * Every reader of a DequantizeLinear gets one of its own; one that writes a graph output has no other reader.
 *
 *     dq -> conv, dq -> add     =>     dq -> conv, dq' -> add
 *
 * The reference's groups are formed around such nodes, and its other rules count their readers.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import { isDequantize } from './quantization.js'

export function separateDequantize(editor: GraphEditor): boolean {
  return editor.each((node) => isDequantize(node) && separate(editor, node))
}

function separate(editor: GraphEditor, node: Node): boolean {
  const output = node.outputs[0]!
  const uses = editor.uses(output)
  const others = editor.isOutput(output) ? uses : uses.slice(1)
  for (const { node: reader, input } of others) {
    const name = editor.addTensor(output, editor.tensor(output)!)
    editor.append(editor.newNode(node.name, node.operator, node.inputs, [name], node.attributes))
    editor.replaceInput(editor.named(reader.name), input, name)
  }
  return others.length > 0
}
