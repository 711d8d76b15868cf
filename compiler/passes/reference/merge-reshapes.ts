// SPDX-License-Identifier: Apache-2.0
/**
 * A Reshape and those behind it become one.
 *
 *     reshape -> squeeze -> reshape     =>     reshape
 *
 * Pre of the reference: each but the last is read once, and is no graph output. It counts where quantization is carried past them.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

const reshaping = new Set(['Reshape', 'Squeeze', 'Unsqueeze'])

export function mergeReshapes(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Reshape') return false
    const chain = [node]
    for (let next = nextReshape(editor, node); next; next = nextReshape(editor, next)) chain.push(next)
    if (chain.length === 1) return false
    const outputs = chain.at(-1)!.outputs
    const { shape } = editor.tensor(outputs[0]!)!
    const data = BigInt64Array.from(shape, BigInt)
    const target = editor.addConstant(`${node.name}/shape`, { type: 'int64', shape: [shape.length], data })
    for (const merged of chain) editor.remove(merged)
    editor.append(editor.newNode(node.name, 'Reshape', [node.inputs[0]!, target], outputs))
    return true
  })
}

function nextReshape(editor: GraphEditor, node: Node): Node | undefined {
  const use = editor.onlyUse(node.outputs[0]!)
  return use?.input === 0 && reshaping.has(use.node.operator) ? use.node : undefined
}
