// SPDX-License-Identifier: Apache-2.0
/**
 * A transposed matrix around a Gemm becomes an attribute of it. Behind one without a bias that exchanges the sides, since
 * (A B)' = B' A': a weight comes to stand on the left, where the reference has other rules for it.
 *
 *     transpose(a) -> gemm(b)     =>     gemm{transA: 1}(a, b)
 *     gemm(a, b) -> transpose     =>     gemm{transA: 1, transB: 1}(b, a)
 *
 * Pre of the reference: the product is read at most once; a transposed side is read by Gemms alone.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

export function fuseGemmTranspose(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'Gemm' || editor.uses(node.outputs[0]!).length > 1) return false
    const view = editor.view(node)
    const sides = [0, 1].map((input) => transposedSide(editor, node.inputs[input]!))
    const behind = transposeBehind(editor, node)
    if (!behind && !sides.some((side) => side)) return false
    const [a, b] = [0, 1].map((input) => {
      const isTransposed = view.int(input === 0 ? 'transA' : 'transB', 0) !== 0
      const side = sides[input]
      return {
        name: side ? side.inputs[0]! : node.inputs[input]!,
        isTransposed: isTransposed !== (side !== undefined),
      }
    }) as [Side, Side]
    const [left, right] = behind ? [turned(b), turned(a)] : [a, b]
    const attributes = {
      ...node.attributes,
      ...{ transA: Number(left.isTransposed), transB: Number(right.isTransposed) },
    }
    const inputs = [left.name, right.name, ...node.inputs.slice(2)]
    if (behind) editor.remove(behind)
    editor.replace(node, { ...node, inputs, attributes, outputs: behind ? behind.outputs : node.outputs })
    for (const side of new Set(sides))
      if (side && editor.uses(side.outputs[0]!).length === 0) editor.remove(side)
    return true
  })
}

interface Side {
  readonly name: string
  readonly isTransposed: boolean
}

const turned = ({ name, isTransposed }: Side): Side => ({ name, isTransposed: !isTransposed })

function isMatrixTranspose(editor: GraphEditor, node: Node | undefined): node is Node {
  if (node?.operator !== 'Transpose' || editor.tensor(node.inputs[0]!)?.shape.length !== 2) return false
  const [first] = editor.view(node).ints('perm') ?? [1, 0]
  return first === 1
}

function transposedSide(editor: GraphEditor, name: string): Node | undefined {
  const producer = editor.producer(name)
  if (!isMatrixTranspose(editor, producer) || editor.isOutput(name)) return undefined
  return editor.uses(name).every((use) => use.node.operator === 'Gemm') ? producer : undefined
}

function transposeBehind(editor: GraphEditor, gemm: Node): Node | undefined {
  const next = editor.onlyUse(gemm.outputs[0]!)?.node
  const hasBias = editor.view(gemm).has(2)
  return editor.opset >= 11 && !hasBias && isMatrixTranspose(editor, next) ? next : undefined
}
