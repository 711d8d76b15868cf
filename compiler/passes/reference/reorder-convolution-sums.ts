// SPDX-License-Identifier: Apache-2.0
/**
 * A 2-D convolution that stays in float begins its sums with what is added to its result, and adds its bias last.
 *
 *     add(conv(x, w, bias), y)     =>     add(add(conv(x, w), y), bias)
 *
 * Pre of the reference: both sides have one shape; the convolution has a bias and is read here alone. Leaves, for a refusal, sums that
 * are cut into several blocks or taken term by term: there the order of y and the terms shows.
 */
import type { Node } from '../../ir/graph.js'
import { sizeOf } from '../../ir/types.js'
import { blockOf } from '../convert/float-sums.js'
import type { GraphEditor } from './editor.js'

export function reorderConvolutionSums(editor: GraphEditor): boolean {
  return editor.each((sum) => {
    if (sum.operator !== 'Add') return false
    const [a, b] = sum.inputs.map((name) => editor.tensor(name)!.shape) as [
      readonly number[],
      readonly number[],
    ]
    if (a.length !== 4 || `${a}` !== `${b}`) return false
    const side = sum.inputs.findIndex((name) => isBiased(editor, name))
    const convolution = editor.producer(sum.inputs[side] ?? '')
    if (!convolution || !isOneBlock(editor, convolution, sizeOf(a.slice(2)))) return false
    const [x, w, bias] = convolution.inputs as [string, string, string]
    const { type, shape } = editor.tensor(sum.outputs[0]!)!
    const plain = editor.addTensor(`${sum.outputs[0]!}/plain`, { type, shape })
    const spread = editor.addTensor(`${bias}/spread`, { type, shape: [a[1]!, 1, 1] })
    const data = BigInt64Array.of(BigInt(a[1]!), 1n, 1n)
    const target = editor.addConstant(`${bias}/shape`, { type: 'int64', shape: [3], data })
    editor.replace(convolution, { ...convolution, inputs: [x, w] })
    editor.replace(
      sum,
      editor.newNode(`${sum.name}/plain`, 'Add', sum.inputs, [plain]),
      editor.newNode(`${sum.name}/bias`, 'Reshape', [bias, target], [spread]),
      { ...sum, inputs: [plain, spread] },
    )
    return true
  })
}

function isBiased(editor: GraphEditor, name: string): boolean {
  const producer = editor.producer(name)
  return producer?.operator === 'Conv' && editor.view(producer).has(2) && editor.onlyUse(name) !== undefined
}

function isOneBlock(editor: GraphEditor, convolution: Node, columns: number): boolean {
  const [filters, ...rest] = editor.tensor(convolution.inputs[1]!)!.shape as [number, ...number[]]
  return filters !== editor.view(convolution).int('group', 1) && sizeOf(rest) <= blockOf(columns)
}
