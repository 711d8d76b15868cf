// SPDX-License-Identifier: Apache-2.0
/**
 * A Gelu written out becomes the operator, which multiplies by the root of 1/2 instead of dividing by that of 2.
 *
 *     e = erf(div(x, root 2))     mul(mul(x, add(e, 1)), 1/2)  or  mul(mul(x, 1/2), add(e, 1))     =>     gelu(x)
 *
 * Pre of the reference: the constants are scalars (or [1]), within a relative 1e-5; what lies between is read once and no graph
 * output. From operator set 20 on, which has a Gelu, it does so at first, else after it has fused quantized groups.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor, Use } from './editor.js'

export const fuseGeluEarly = (editor: GraphEditor): boolean => editor.opset >= 20 && fuseGelu(editor)

export function fuseGelu(editor: GraphEditor): boolean {
  return editor.each((node) => {
    const found = node.operator === 'Div' ? writtenOut(editor, node) : null
    if (!found) return false
    const [last, ...others] = found.reverse() as [Node, ...Node[]]
    for (const inner of others) editor.remove(inner)
    const operator = editor.opset >= 20 ? 'Gelu' : 'com.microsoft.Gelu'
    editor.replace(last, {
      name: last.name,
      operator,
      inputs: [node.inputs[0]!],
      outputs: last.outputs,
      attributes: {},
    })
    return true
  })
}

/** The nodes of a Gelu that begins with this division, the last one last. */
function writtenOut(editor: GraphEditor, division: Node): Node[] | null {
  const [x, root] = division.inputs as [string, string]
  if (!isNear(editor, root, Math.SQRT2)) return null
  const erf = onlyReader(editor, division, 'Erf')
  const sum = erf && onlyReader(editor, erf.node, 'Add')
  const product = sum && isNear(editor, otherInput(sum), 1) && onlyReader(editor, sum.node, 'Mul')
  if (!product) return null
  const chain = [division, erf!.node, sum!.node]
  const other = otherInput(product)
  if (other === x) {
    const half = onlyReader(editor, product.node, 'Mul')
    return half && isNear(editor, otherInput(half), 0.5) ? [...chain, product.node, half.node] : null
  }
  const half = editor.producer(other)
  if (half?.operator !== 'Mul' || !editor.onlyUse(other) || !half.inputs.includes(x)) return null
  const constant = half.inputs[half.inputs[0] === x ? 1 : 0]!
  return isNear(editor, constant, 0.5) ? [...chain, half, product.node] : null
}

function onlyReader(editor: GraphEditor, node: Node, operator: string): Use | null {
  const use = editor.onlyUse(node.outputs[0]!)
  return use?.node.operator === operator ? use : null
}

const otherInput = ({ node, input }: Use): string => node.inputs[1 - input]!

function isNear(editor: GraphEditor, name: string, wanted: number): boolean {
  const constant = editor.constant(name)
  if (constant?.type !== 'float32' || constant.data.length !== 1 || constant.shape.length > 1) return false
  return Math.abs(Number(constant.data[0]) - Math.fround(wanted)) <= 1e-8 + 1e-5 * wanted
}
