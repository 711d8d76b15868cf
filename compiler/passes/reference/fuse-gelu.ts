// SPDX-License-Identifier: Apache-2.0
/**
 * A Gelu written out becomes the operator, which multiplies by the root of 1/2 instead of dividing by that of 2.
 *
 *     e = erf(div(x, root 2))     mul(mul(x, add(e, 1)), 1/2)  or  mul(mul(x, 1/2), add(e, 1))     =>     gelu(x)
 *
 * Pre of the reference: the constants are scalars (or [1]), within a relative 1e-5 (of root 2 or of 1.41421); what lies between is read once and no graph
 * output. From operator set 20 on, which has a Gelu, it does so at first, else after it has fused quantized groups.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor, Use } from './editor.js'

/** As some exporters write the root of 2. */
const coarseRoot = 141421 / 100_000

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
  if (!isNear(editor, root, Math.SQRT2) && !isNear(editor, root, coarseRoot)) return null
  const erf = onlyReader(editor, division, 'Erf')
  const sum = erf && onlyReader(editor, erf.node, 'Add')
  const product = sum && isNear(editor, otherInput(sum), 1) && onlyReader(editor, sum.node, 'Mul')
  if (!product) return null
  const chain = [division, erf!.node, sum!.node]
  const other = otherInput(product)
  const half = editor.producer(other)
  if (half?.operator !== 'Mul') {
    const last = other === x ? onlyReader(editor, product.node, 'Mul') : null
    return last && isNear(editor, otherInput(last), 0.5) ? [...chain, product.node, last.node] : null
  }
  // A product as the other factor must be the half of x, even where it is x itself.
  if (!editor.onlyUse(other) || !half.inputs.includes(x)) return null
  const constant = half.inputs[half.inputs[0] === x ? 1 : 0]!
  return isNear(editor, constant, 0.5) ? [...chain, half, product.node] : null
}

/**
 * Refuses two forms of a Gelu by tanh that is written out, of which the reference makes an operator that computes the same as the
 * steps do: with the first of them, x^3 or 0.044715 x, as a graph output, which it loses; and of a scalar, which it does not run.
 */
export function refuseGelu(editor: GraphEditor): boolean {
  return editor.each((node) => {
    const [output] = node.outputs as [string]
    const hasConstant = (value: number) => node.inputs.some((name) => isNear(editor, name, value))
    const isFirst =
      (node.operator === 'Pow' && hasConstant(3)) || (node.operator === 'Mul' && hasConstant(0.044715))
    const isScalar = editor.tensor(output)!.shape.length === 0
    if (!isFirst || editor.uses(output).length !== 1 || !(isScalar || editor.isOutput(output))) return false
    let next: Use | undefined = editor.uses(output)[0]
    for (const operator of ['Mul', 'Add', 'Mul']) {
      next = next?.node.operator === operator ? editor.onlyUse(next.node.outputs[0]!) : undefined
    }
    if (next?.node.operator !== 'Tanh') return false
    throw editor
      .view(node)
      .error(
        'reference-refuses',
        `The reference makes one operator of the Gelu that it begins, and ${isScalar ? 'runs none of a scalar' : `loses the output "${output}"`}`,
        isScalar ? 'Give it a tensor of rank 1.' : 'Do not make it an output.',
      )
  })
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
