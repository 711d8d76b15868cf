// SPDX-License-Identifier: Apache-2.0
/**
 * A tensor that is dequantized only to be quantized with the same parameters is taken as it is:
 *
 *     q -> dq -> q' -> next     =>     q -> next
 *
 * Leaves a q' that is a graph output, and a DequantizeLinear that is read elsewhere.
 */
import type { GraphEditor } from './editor.js'
import { isDequantize, isMatchingPair, isQuantize, scalarParameters } from './quantization.js'

export function dropRepeatedQuantization(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (!isDequantize(node)) return false
    const quantize = editor.onlyUse(node.outputs[0]!)?.node
    if (!quantize || !isQuantize(quantize) || editor.isOutput(quantize.outputs[0]!)) return false
    if (!isMatchingPair(scalarParameters(editor, node), scalarParameters(editor, quantize))) return false
    editor.remove(node)
    editor.remove(quantize)
    editor.redirectAll(quantize.outputs[0]!, node.inputs[0]!)
    return true
  })
}
