// SPDX-License-Identifier: Apache-2.0
/**
 * In front of a LayerNormalization the reference adds a bias last, since it makes one operator of all three.
 *
 *     add(add(x, bias), y) -> layer_normalization     =>     add(add(x, y), bias) -> layer_normalization
 *
 * Pre of the reference: the sum of x and y is of two tensors of rank 3 and one shape, the bias a constant second input of one
 * entry per element of the last axis; each sum is read once, and no graph output. Refuses another axis than the last, which it
 * does not look at.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'

export function reorderNormalizedSums(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (node.operator !== 'LayerNormalization') return false
    const sum = onlySum(editor, node.inputs[0]!)
    if (!sum || !hasEqualShapes(editor, sum)) return false
    refuseOtherAxes(editor, node)
    const side = sum.inputs.findIndex((name) => isBiased(editor, name))
    if (side < 0) return false
    const biased = editor.producer(sum.inputs[side]!)!
    const [x, bias] = biased.inputs as [string, string]
    const { type, shape } = editor.tensor(sum.outputs[0]!)!
    const plain = editor.addTensor(`${sum.outputs[0]!}/plain`, { type, shape })
    editor.remove(biased)
    editor.replace(sum, editor.newNode(`${sum.name}/plain`, 'Add', [x, sum.inputs[1 - side]!], [plain]), {
      ...sum,
      inputs: [plain, bias],
    })
    return true
  })
}

/** The addition that gives a tensor which nothing else reads. */
function onlySum(editor: GraphEditor, name: string): Node | undefined {
  const producer = editor.producer(name)
  return producer?.operator === 'Add' && editor.onlyUse(name) ? producer : undefined
}

function hasEqualShapes(editor: GraphEditor, { inputs }: Node): boolean {
  const [a, b] = inputs.map((name) => editor.tensor(name)!.shape) as [readonly number[], readonly number[]]
  return a.length === 3 && `${a}` === `${b}`
}

function isBiased(editor: GraphEditor, name: string): boolean {
  const sum = onlySum(editor, name)
  if (!sum) return false
  const { shape } = editor.tensor(sum.inputs[0]!)!
  const bias = editor.constant(sum.inputs[1]!)
  return shape.length === 3 && bias?.shape.length === 1 && bias.shape[0] === shape[2]
}

function refuseOtherAxes(editor: GraphEditor, node: Node): void {
  const view = editor.view(node)
  if (view.axis(view.int('axis', -1), 3) === 2) return
  throw view.error(
    'float-order',
    'The reference merges it with the Add in front of it, and takes the last axis then, whatever its own',
    'Quantize the sum (QuantizeLinear and DequantizeLinear behind the Add).',
    'axis',
  )
}
