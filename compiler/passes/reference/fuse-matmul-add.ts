// SPDX-License-Identifier: Apache-2.0
/**
 * A matrix product with a two-dimensional right side, followed by the addition of a bias, becomes a Gemm; around the
 * matrix of a left side of another rank than 2 there are reshapes, across which quantization is then carried.
 *
 *     matmul(a, b) -> add(c)     =>     gemm(a, b, c)
 *     matmul(a, b) -> add(c)     =>     reshape(a) -> gemm(b, c) -> reshape
 *
 * Pre of the reference: the product is read once, c is [N], or for a matrix a also [1, N], [M, 1], [M, N].
 */
import type { Node } from '../../ir/graph.js'
import { sizeOf } from '../../ir/types.js'
import type { GraphEditor } from './editor.js'

export function fuseMatMulAdd(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'MatMul') return false
    const use = editor.onlyUse(node.outputs[0]!)
    if (use?.node.operator !== 'Add') return false
    const bias = use.node.inputs[use.input === 0 ? 1 : 0]!
    if (!isBias(editor, node, bias)) return false
    editor.remove(node)
    const [a, b] = node.inputs as [string, string]
    if (editor.tensor(a)!.shape.length === 2) {
      editor.replace(use.node, editor.newNode(node.name, 'Gemm', [a, b, bias], use.node.outputs))
    } else editor.replace(use.node, ...reshapedGemm(editor, node, use.node, bias))
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

/** reshape, gemm, reshape; the last one writes what the addition wrote. */
function reshapedGemm(editor: GraphEditor, matMul: Node, add: Node, bias: string): Node[] {
  const [a, b] = matMul.inputs as [string, string]
  const [depth, units] = editor.tensor(b)!.shape as [number, number]
  const rows = sizeOf(editor.tensor(a)!.shape.slice(0, -1))
  const output = add.outputs[0]!
  const matrix = editor.addTensor(`${a}/matrix`, { type: 'float32', shape: [rows, depth] })
  const product = editor.addTensor(`${output}/matrix`, { type: 'float32', shape: [rows, units] })
  const shape = (dimensions: readonly number[]) =>
    editor.addConstant(`${matMul.name}/shape`, {
      type: 'int64',
      shape: [dimensions.length],
      data: BigInt64Array.from(dimensions, BigInt),
    })
  const { shape: outputShape } = editor.tensor(output)!
  return [
    editor.newNode(`${matMul.name}/input`, 'Reshape', [a, shape([rows, depth])], [matrix]),
    editor.newNode(matMul.name, 'Gemm', [matrix, b, bias], [product]),
    editor.newNode(`${matMul.name}/output`, 'Reshape', [product, shape(outputShape)], [output]),
  ]
}
