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
  const isComputed = (name: string) =>
    editor.tensor(name)!.type === 'float32' && !isDequantize(editor.producer(name))
  if (!editor.outputs.some(isComputed)) return false
  return editor.each((node) => {
    if (isQuantize(node)) refuseTransposedOutput(editor, node)
    return false
  })
}

function refuseRepetition(editor: GraphEditor, output: string): void {
  const quantize = editor.producer(output)
  if (!quantize || editor.uses(output).length > 0) return
  const source = repeated(editor, output)
  if (source === null || (editor.tensor(source)!.type !== 'float32' && !editor.producer(source))) return
  throw editor
    .view(quantize)
    .error(
      'reference-refuses',
      `The reference fails when it runs: it lets "${output}" take the place of "${source}", which is read elsewhere too`,
      'Make one of the two the output.',
    )
}

/**
 * The tensor that a quantized output only gives once more, while it or one on the way has other readers: through pairs of its
 * own parameters, and through transposes that cancel each other. To the reference a transpose may stand on either side of an
 * operator on elements, so that one in front of the first pair may cancel one behind it. Null where there is none.
 */
function repeated(editor: GraphEditor, output: string): string | null {
  let order = editor.tensor(output)!.shape.map((_, axis) => axis)
  let quantized: ScalarParameters | null = null
  let [hasPair, hasOthers, isBefore] = [false, false, false]
  let tensor = output
  for (let node = editor.producer(tensor); node; node = editor.producer(tensor)) {
    if (node.operator === 'Transpose') {
      const permutation = permutationOf(editor, node)
      order = order.map((axis) => permutation[axis]!)
    } else if (isQuantize(node)) quantized = scalarParameters(editor, node)
    else if (isDequantize(node) && isMatchingPair(scalarParameters(editor, node), quantized)) hasPair = true
    else if (hasPair && isElementwise(editor, node)) isBefore = true
    else return null
    tensor = node.inputs[0]!
    if (!isBefore && !editor.onlyUse(tensor) && isQuantizedBefore(editor, tensor)) hasOthers = true
    if (hasPair && hasOthers && order.every((axis, i) => axis === i)) return tensor
  }
  return null
}

const permutationOf = (editor: GraphEditor, transpose: Node): readonly number[] =>
  editor.view(transpose).ints('perm') ??
  editor.tensor(transpose.inputs[0]!)!.shape.map((_, axis, { length }) => length - 1 - axis)

/** Of one tensor, perhaps more than once, and constants. */
const isOfOneTensor = (editor: GraphEditor, { inputs: [first, ...others] }: Node): boolean =>
  others.every((name) => name === '' || name === first || editor.constant(name))

/** That, with the shape unchanged. */
const isElementwise = (editor: GraphEditor, node: Node): boolean =>
  isOfOneTensor(editor, node) &&
  `${editor.tensor(node.inputs[0]!)?.shape}` === `${editor.tensor(node.outputs[0]!)?.shape}`

/** Quanta, or a DequantizeLinear of some, transposed or not. */
function isQuantizedBefore(editor: GraphEditor, tensor: string): boolean {
  if (editor.tensor(tensor)!.type !== 'float32') return true
  let producer = editor.producer(tensor)
  while (producer?.operator === 'Transpose') producer = editor.producer(producer.inputs[0]!)
  return isDequantize(producer)
}

function refuseTransposedOutput(editor: GraphEditor, quantize: Node): void {
  const path = pathOf(editor, quantize)
  const first = path.findIndex((node) => node.operator !== 'Transpose')
  const direct = first < 0 ? path : path.slice(0, first)
  for (const node of direct)
    if (isGivenOut(editor, node.inputs[0]!)) throw quantizedOutput(editor, node, node.inputs[0]!)
  // A transpose behind an operator of one input is one in front of it to the reference, and cancels another one.
  const last = path.findLastIndex((node) => node.operator === 'Transpose')
  for (const node of path.slice(0, Math.max(last, 0))) {
    const [tensor] = node.outputs as [string]
    if (node.operator !== 'Transpose' && leads(editor, tensor, 'Transpose'))
      throw quantizedOutput(editor, node, tensor)
  }
}

const quantizedOutput = (editor: GraphEditor, node: Node, tensor: string) =>
  editor
    .view(node)
    .error(
      'unsupported-feature',
      `It leads from the float output "${tensor}" to a QuantizeLinear: the reference writes the quantized values to that output`,
      'Quantize the output itself, or do not make it an output.',
    )

/** What stands in front of a Q, of one tensor and constants each, the nearest first. */
function pathOf(editor: GraphEditor, quantize: Node): Node[] {
  const path: Node[] = []
  let node = editor.producer(quantize.inputs[0]!)
  while (node && isOfOneTensor(editor, node)) {
    path.push(node)
    node = editor.producer(node.inputs[0]!)
  }
  return path
}

/** Whether it is a graph output, or one holds the same elements in the same order, or in another shape. */
function isGivenOut(editor: GraphEditor, tensor: string, shape = editor.tensor(tensor)!.shape): boolean {
  const isSame = `${editor.tensor(tensor)!.shape}` === `${shape}`
  if (isSame && editor.isOutput(tensor)) return true
  return editor.uses(tensor).some(({ node }) => {
    const output = node.outputs[0]!
    if (node.operator === 'Reshape' && editor.isOutput(output)) return true
    return moving.has(node.operator) && isGivenOut(editor, output, shape)
  })
}

const moving = new Set(['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze'])

/** Whether such an operator makes a graph output of the tensor. */
const leads = (editor: GraphEditor, tensor: string, operator: string): boolean =>
  editor.uses(tensor).some(({ node }) => node.operator === operator && editor.isOutput(node.outputs[0]!))
