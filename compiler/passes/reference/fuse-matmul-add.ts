// SPDX-License-Identifier: Apache-2.0
/**
 * A matrix product with a two-dimensional right side, followed by the addition of a bias, becomes a Gemm.
 *
 *     matmul(a, b) -> add(c)     =>     gemm(a, b, c)
 *
 * Pre of the reference: the product is read once, c is [N], or for a matrix a also [1, N], [M, 1], [M, N].
 * For an a of higher rank the reference reshapes around the Gemm; here the Gemm keeps the rank.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

export function fuseMatMulAdd(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'MatMul') return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Add') return false
    const bias = use.node.inputs[use.input === 0 ? 1 : 0]!
    if (!isBias(editor, node, bias)) return false
    editor.remove(node)
    editor.replace(use.node, editor.newNode(node.name, 'Gemm', [...node.inputs, bias], use.node.outputs, {}))
    return true
  })
}

function isBias(editor: GraphEditor, matMul: Node, bias: string): boolean {
  const a = editor.tensor(matMul.inputs[0]!)
  const b = editor.tensor(matMul.inputs[1]!)
  const c = editor.tensor(bias)
  if (!a || !b || !c || a.type !== 'float32' || c.type !== 'float32' || b.shape.length !== 2) return false
  const units = b.shape[1]
  if (c.shape.length === 1) return c.shape[0] === units
  if (a.shape.length !== 2 || c.shape.length !== 2) return false
  const [rows, columns] = c.shape
  return (rows === 1 && columns === units) || (rows === a.shape[0] && (columns === 1 || columns === units))
}
