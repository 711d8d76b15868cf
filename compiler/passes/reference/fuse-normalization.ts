// SPDX-License-Identifier: Apache-2.0
/**
 * A LayerNormalization written out becomes the operator, whose sums have another order.
 *
 *     d = sub(x, reduce_mean(x))     add(mul(div(d, sqrt(add(reduce_mean(pow(d, 2)), epsilon))), scale), bias)
 *                                    =>     layer_normalization(x, scale, bias)
 *
 * Takes the form that exporters write: means over the last axis, kept; scale and bias constants of rank 1. What lies between is read
 * there alone and is no graph output. From operator set 17 on, which has the operator, the reference does so at first, else after it has
 * fused quantized groups. Other forms stay refused: their root is of computed floats.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

export const fuseNormalizationEarly = (editor: GraphEditor): boolean =>
  editor.opset >= 17 && fuseNormalization(editor)

export function fuseNormalization(editor: GraphEditor): boolean {
  return editor.each((mean) => {
    const found = mean.operator === 'ReduceMean' ? writtenOut(editor, mean) : null
    if (!found) return false
    const { inner, last, scale, bias, epsilon } = found
    for (const node of inner) editor.remove(node)
    editor.replace(last, {
      name: last.name,
      operator: 'LayerNormalization',
      inputs: [mean.inputs[0]!, scale, bias],
      outputs: last.outputs,
      attributes: { axis: -1, epsilon },
    })
    return true
  })
}

interface Normalization {
  readonly inner: readonly Node[]
  readonly last: Node
  readonly scale: string
  readonly bias: string
  readonly epsilon: number
}

function writtenOut(editor: GraphEditor, mean: Node): Normalization | null {
  const x = mean.inputs[0]!
  const distance = nextOf(editor, mean, 'Sub')
  if (!distance || distance.inputs[0] !== x || !isMeanOfRows(editor, mean)) return null
  const [d] = distance.outputs as [string]
  const readers = editor.uses(d).map(({ node }) => node)
  const square = readers.find(({ operator }) => operator === 'Pow')
  const quotient = readers.find(({ operator }) => operator === 'Div')
  if (readers.length !== 2 || editor.isOutput(d) || !square || quotient?.inputs[0] !== d) return null
  const variance = nextOf(editor, square, 'ReduceMean')
  const sum = variance && isMeanOfRows(editor, variance) && nextOf(editor, variance, 'Add')
  const root = sum && nextOf(editor, sum, 'Sqrt')
  if (!root || nextOf(editor, root, 'Div') !== quotient) return null
  const [two, epsilon] = [scalar(editor, square.inputs[1]!), scalar(editor, sum.inputs[1]!)]
  const scaled = nextOf(editor, quotient, 'Mul')
  const last = scaled && nextOf(editor, scaled, 'Add')
  if (two !== 2 || epsilon === null || !last) return null
  const [scale, bias] = [scaled, last].map((node) => vector(editor, node, editor.tensor(x)!.shape.at(-1)!))
  if (!scale || !bias) return null
  return {
    inner: [mean, distance, square, variance, sum, root, quotient, scaled],
    last,
    scale,
    bias,
    epsilon,
  }
}

/** The only reader, where it is of this operator. */
function nextOf(editor: GraphEditor, node: Node, operator: string): Node | null {
  const next = editor.onlyUse(node.outputs[0]!)?.node
  return next?.operator === operator ? next : null
}

function isMeanOfRows(editor: GraphEditor, node: Node): boolean {
  const view = editor.view(node)
  const axes = view.has(1) ? view.integers(1, 'the axes') : (view.ints('axes') ?? [])
  const rank = view.shape(0).length
  return axes.length === 1 && view.axis(axes[0]!, rank) === rank - 1 && view.int('keepdims', 1) !== 0
}

function scalar(editor: GraphEditor, name: string): number | null {
  const constant = editor.constant(name)
  const isScalar = constant?.type === 'float32' && constant.shape.length === 0
  return isScalar ? Number(constant.data[0]) : null
}

/** The constant of rank 1 and that length among the node's inputs. */
const vector = (editor: GraphEditor, { inputs }: Node, length: number): string | undefined =>
  inputs.find((name) => {
    const constant = editor.constant(name)
    return constant?.type === 'float32' && constant.shape.length === 1 && constant.shape[0] === length
  })
