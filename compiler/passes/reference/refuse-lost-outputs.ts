// SPDX-License-Identifier: Apache-2.0
/**
 * Refuses two forms of graph outputs that the reference breaks:
 *
 *     q1 -> dq -> q2{same parameters, graph output}, q1 -> other     q2's name is given to q1, which the other reader then misses;
 *                                                                    pairs that repeat q1 in between are no readers; transposes
 *                                                                    that cancel each other may stand between, too
 *     x{float graph output} -> transpose -> q                        x, or a reshaped x that is one, is given the quantized values
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import {
  isDequantize,
  isMatchingPair,
  isQuantize,
  type ScalarParameters,
  scalarParameters,
} from './quantization.js'

/** The first of the two. */
export function refuseRepeatedOutputs(editor: GraphEditor): boolean {
  for (const output of editor.outputs) refuseRepetition(editor, output)
  return false
}

export function refuseLostOutputs(editor: GraphEditor): boolean {
  refuseRepeatedOutputs(editor)
  return editor.each((node) => {
    if (isQuantize(node)) refuseTransposedOutput(editor, node)
    return false
  })
}

function refuseRepetition(editor: GraphEditor, output: string): void {
  const quantize = editor.producer(output)
  if (!quantize || editor.uses(output).length > 0) return
  const source = repeated(editor, output)
  if (source === null || !editor.producer(source)) return
  throw editor
    .view(quantize)
    .error(
      'reference-refuses',
      `The reference fails when it runs: it lets "${output}" take the place of "${source}", which is read elsewhere too`,
      'Make one of the two the output.',
    )
}

/**
 * The tensor that a quantized output only gives once more, while it or one on the way has other readers: through pairs of its own parameters, and through
 * transposes that cancel each other. Null where there is none.
 */
function repeated(editor: GraphEditor, output: string): string | null {
  const { shape } = editor.tensor(output)!
  let order = shape.map((_, axis) => axis)
  let quantized: ScalarParameters | null = null
  let [hasPair, hasOthers] = [false, false]
  let tensor = output
  for (let node = editor.producer(tensor); node; node = editor.producer(tensor)) {
    if (node.operator === 'Transpose') {
      const permutation = editor.view(node).ints('perm') ?? shape.map((_, axis) => shape.length - 1 - axis)
      order = order.map((axis) => permutation[axis]!)
    } else if (isQuantize(node)) {
      quantized = scalarParameters(editor, node)
    } else if (isDequantize(node) && isMatchingPair(scalarParameters(editor, node), quantized)) hasPair = true
    else return null
    tensor = node.inputs[0]!
    const isSame =
      hasPair && editor.tensor(tensor)!.type !== 'float32' && order.every((axis, i) => axis === i)
    if (!editor.onlyUse(tensor)) hasOthers = true
    if (hasOthers && isSame) return tensor
    if (hasOthers && editor.producer(tensor)?.operator !== 'Transpose') return null
  }
  return null
}

function refuseTransposedOutput(editor: GraphEditor, quantize: Node): void {
  let tensor = quantize.inputs[0]!
  for (let node = editor.producer(tensor); node; node = editor.producer(tensor)) {
    // A transpose behind an operator of one input is one in front of it to the reference, and cancels another one.
    const isMoved =
      node.operator !== 'Transpose' && transposedAbove(editor, node) && leads(editor, tensor, 'Transpose')
    const source = node.inputs[0]!
    const isWritten =
      node.operator === 'Transpose' && (editor.isOutput(source) || leads(editor, source, 'Reshape'))
    if (isMoved || isWritten) {
      throw editor
        .view(node)
        .error(
          'unsupported-feature',
          `It leads from the float output "${isMoved ? tensor : source}" to a QuantizeLinear: the reference writes the quantized values to that output`,
          'Quantize the output itself, or do not make it an output.',
        )
    }
    if (node.operator !== 'Transpose') return
    tensor = source
  }
}

/** Whether such an operator makes a graph output of the tensor. */
const leads = (editor: GraphEditor, tensor: string, operator: string): boolean =>
  editor.uses(tensor).some(({ node }) => node.operator === operator && editor.isOutput(node.outputs[0]!))

function transposedAbove(editor: GraphEditor, node: Node): boolean {
  let above: Node | undefined = node
  while (above && above.operator !== 'Transpose') {
    above = above.inputs.length === 1 ? editor.producer(above.inputs[0]!) : undefined
  }
  return above !== undefined
}
