// SPDX-License-Identifier: Apache-2.0
/**
 * An operator that only moves elements, or takes their maximum, loses a DequantizeLinear and a QuantizeLinear of equal
 * parameters around it:
 *
 *     dq -> max_pool -> q     =>     max_pool
 *
 * Leaves one that is read elsewhere, and parameters that are not scalar or without a zero point.
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import { isDequantize, isMatchingPair, isQuantize, refuseBefore, scalarParameters } from './quantization.js'

export function runOnQuanta(editor: GraphEditor): boolean {
  return editor.each((node) => editor.isOnQuanta(node, 'runsOnQuanta') && unwrap(editor, node))
}

function unwrap(editor: GraphEditor, node: Node): boolean {
  const dequantize = editor.producer(node.inputs[0]!)
  const quantize = editor.onlyUse(node.outputs[0]!)?.node
  if (!isDequantize(dequantize) || !quantize || !isQuantize(quantize)) return false
  const parameters = scalarParameters(editor, dequantize)
  if (!parameters || !(parameters.scale > 0)) return false
  if (!isMatchingPair(parameters, scalarParameters(editor, quantize))) return false
  const since = editor.operator(node).quantaKernelSince ?? 0
  refuseBefore(editor, node, since, `it makes the node a ${node.operator} of ${parameters.type}`)
  editor.remove(quantize)
  editor.replace(node, {
    ...node,
    inputs: [dequantize.inputs[0]!, ...node.inputs.slice(1)],
    outputs: [quantize.outputs[0]!],
  })
  return true
}
