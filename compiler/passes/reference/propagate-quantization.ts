// SPDX-License-Identifier: Apache-2.0
/**
 * Quantization is carried past operators that only move elements (and MaxPool), so that what is behind or before
 * them is fused:
 *
 *     dq -> reshape -> conv           =>     dq -> reshape -> q -> dq -> conv
 *     conv -> reshape -> q            =>     conv -> q -> dq -> reshape -> q
 *
 * Pre of the reference: constant scalar parameters; past each operator a single reader (backward), any readers (forward).
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import { isDequantize, isQuantize, scalarParameters } from './quantization.js'

export function propagateQuantization(editor: GraphEditor): boolean {
  const forward = editor.each((node) => isDequantize(node) && propagateForward(editor, node))
  const backward = editor.each((node) => isQuantize(node) && propagateBackward(editor, node))
  return forward || backward
}

const propagates = (editor: GraphEditor, node: Node | undefined): node is Node =>
  node !== undefined && editor.operator(node).propagatesQuantization === true

function propagateForward(editor: GraphEditor, dequantize: Node): boolean {
  if (!scalarParameters(editor, dequantize)) return false
  const parameters = dequantize.inputs.slice(1)
  let changed = false
  const open = editor
    .uses(dequantize.outputs[0]!)
    .filter((use) => use.input === 0)
    .map((use) => use.node)
  while (open.length > 0) {
    const node = open.pop()!
    if (!propagates(editor, node)) continue
    const output = node.outputs[0]!
    if (editor.isOutput(output) && editor.uses(output).length > 0) continue
    const readers = editor.uses(output).filter((use) => !isQuantize(use.node))
    if (readers.length === 0) continue
    for (const { node: reader } of readers) {
      const current = editor.nodes.find((n) => n.name === reader.name)!
      open.push(insertPair(editor, node, output, current, parameters))
    }
    changed = true
  }
  return changed
}

/** output -> Q -> DQ -> reader; returns the reader as it is now. */
function insertPair(
  editor: GraphEditor,
  after: Node,
  output: string,
  reader: Node,
  parameters: readonly string[],
): Node {
  const float = editor.tensor(output)!
  const zeroPoint = editor.tensor(parameters[1] ?? '')
  const quantized = editor.addTensor(`${output}/quantized`, {
    type: zeroPoint?.type ?? 'uint8',
    shape: float.shape,
  })
  const dequantized = editor.addTensor(`${output}/dequantized`, { type: 'float32', shape: float.shape })
  const q = editor.newNode(`${after.name}/quantize`, 'QuantizeLinear', [output, ...parameters], [quantized])
  const current = editor.nodes.find((n) => n.name === after.name)!
  editor.insertAfter(current, q)
  const dq = editor.newNode(
    `${after.name}/dequantize`,
    'DequantizeLinear',
    [quantized, ...parameters],
    [dequantized],
  )
  editor.insertAfter(q, dq)
  return editor.redirect(reader, output, dequantized)
}

function propagateBackward(editor: GraphEditor, quantize: Node): boolean {
  if (!scalarParameters(editor, quantize)) return false
  const parameters = quantize.inputs.slice(1)
  let changed = false
  let tensor = quantize.inputs[0]!
  for (;;) {
    const node = editor.producer(tensor)
    if (!propagates(editor, node) || !editor.onlyUse(tensor)) return changed
    const source = node.inputs[0]!
    const producer = editor.producer(source)
    if (!producer || !editor.onlyUse(source) || isDequantize(producer)) return changed
    insertPair(editor, producer, source, node, parameters)
    changed = true
    tensor = source
  }
}
