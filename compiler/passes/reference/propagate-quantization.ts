// SPDX-License-Identifier: Apache-2.0
/**
 * Quantization is carried past operators that only move elements (and MaxPool), so that what is behind or before
 * them is fused:
 *
 *     conv -> reshape -> q            =>     conv -> q -> dq -> reshape -> q
 *     dq -> reshape -> conv           =>     dq -> reshape -> q -> dq -> conv
 *
 * Pre of the reference: constant scalar parameters. Backward every tensor on the way is read once. Forward the DQ is
 * read once; behind each operator all readers, a graph output too, get a DQ of their own, unless one of them is a Q.
 */
import type { Node } from '../../ir/graph.js'
import type { ElementType } from '../../ir/types.js'
import type { GraphEditor, Use } from './editor.js'
import { isDequantize, isQuantize, scalarParameters } from './quantization.js'

export function propagateQuantization(editor: GraphEditor): boolean {
  const backward = editor.each((node) => isQuantize(node) && propagateBackward(editor, node))
  const forward = editor.each((node) => isDequantize(node) && propagateForward(editor, node))
  return forward || backward
}

const propagates = (editor: GraphEditor, node: Node | undefined): node is Node =>
  node !== undefined && editor.isOnQuanta(node, 'propagatesQuantization')

function propagateBackward(editor: GraphEditor, quantize: Node): boolean {
  if (!scalarParameters(editor, quantize)) return false
  const { type } = editor.tensor(quantize.outputs[0]!)!
  let changed = false
  let tensor = quantize.inputs[0]!
  for (;;) {
    const node = editor.producer(tensor)
    if (!propagates(editor, node) || !editor.onlyUse(tensor)) return changed
    const source = node.inputs[0]!
    const producer = editor.producer(source)
    // Readers of one of the model's own inputs do not count.
    if (editor.constant(source) || isDequantize(producer) || (producer && !editor.onlyUse(source)))
      return changed
    insertPairs(editor, quantize, type, source, [{ node, input: 0 }])
    changed = true
    tensor = source
  }
}

function propagateForward(editor: GraphEditor, dequantize: Node): boolean {
  const only = editor.onlyUse(dequantize.outputs[0]!)
  if (!only || !scalarParameters(editor, dequantize)) return false
  // Without a zero point the new Q gives uint8, whatever the DQ has read.
  const type = editor.tensor(dequantize.inputs[2] ?? '')?.type ?? 'uint8'
  let changed = false
  const open = [only.node.name]
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    const node = editor.named(name)
    if (!propagates(editor, node)) continue
    const output = node.outputs[0]!
    const readers = editor.uses(output)
    if (readers.some((use) => isQuantize(use.node))) continue
    if (readers.length === 0 && !editor.isOutput(output)) continue
    refuseSignless(editor, dequantize)
    insertPairs(editor, dequantize, type, output, readers)
    open.push(...readers.map((use) => use.node.name))
    changed = true
  }
  return changed
}

/** From operator set 21 on the new Q has a type of its own, which is not established for int8. */
function refuseSignless(editor: GraphEditor, dequantize: Node): void {
  const hasZeroPoint = (dequantize.inputs[2] ?? '') !== ''
  if (hasZeroPoint || editor.opset < 21 || editor.tensor(dequantize.inputs[0]!)!.type !== 'int8') return
  throw editor
    .view(dequantize)
    .error(
      'inconsistent-quantization',
      `"${dequantize.inputs[0]}" is int8 without a zero point, and the reference carries its quantization on`,
      'Write the zero point (0).',
    )
}

/** tensor -> Q -> one DQ per reader and for the graph output, with the parameters of `like`. */
function insertPairs(
  editor: GraphEditor,
  like: Node,
  type: ElementType,
  tensor: string,
  readers: readonly Use[],
): void {
  const parameters = like.inputs.slice(1)
  const { shape } = editor.tensor(tensor)!
  const producer = editor.producer(tensor)
  const isOutput = editor.isOutput(tensor) && producer !== undefined
  // A graph output keeps its name: the producer writes another tensor.
  const source = isOutput ? editor.addTensor(`${tensor}/written`, { type: 'float32', shape }) : tensor
  const quantized = editor.addTensor(`${tensor}/quantized`, { type, shape })
  if (isOutput) {
    const outputs = producer.outputs.map((name) => (name === tensor ? source : name))
    editor.replace(producer, { ...producer, outputs })
  }
  const attributes = parameters.length < 2 && type !== 'uint8' ? like.attributes : {}
  const inputs = [source, ...parameters]
  editor.append(editor.newNode(`${tensor}/quantize`, 'QuantizeLinear', inputs, [quantized], attributes))
  const dequantizeTo = (output: string) => {
    const name = `${tensor}/dequantize`
    editor.append(editor.newNode(name, 'DequantizeLinear', [quantized, ...parameters], [output]))
  }
  for (const { node, input } of readers) {
    const output = editor.addTensor(`${tensor}/dequantized`, { type: 'float32', shape })
    dequantizeTo(output)
    editor.replaceInput(editor.named(node.name), input, output)
  }
  if (isOutput) dequantizeTo(tensor)
}
