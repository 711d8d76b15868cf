// SPDX-License-Identifier: Apache-2.0
/**
 * A tensor that is dequantized only to be quantized with the same parameters is taken as it is:
 *
 *     q -> dq -> q' -> next     =>     q -> next
 *
 * A zero point that is left out is 0 here. Leaves a q' that is a graph output or has
 * several readers, and a DequantizeLinear that is read elsewhere.
 */
import type { GraphEditor } from './editor.js'
import { isDequantize, isQuantize, scalarParameters } from './quantization.js'

export function dropRepeatedQuantization(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (!isDequantize(node)) return false
    const quantize = editor.onlyUse(node.outputs[0]!)?.node
    if (!quantize || !isQuantize(quantize) || !editor.onlyUse(quantize.outputs[0]!)) return false
    const [from, to] = [scalarParameters(editor, node), scalarParameters(editor, quantize)]
    if (!from || !to || from.type !== to.type) return false
    if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint) return false
    editor.remove(node)
    editor.remove(quantize)
    editor.redirectAll(quantize.outputs[0]!, node.inputs[0]!)
    return true
  })
}
