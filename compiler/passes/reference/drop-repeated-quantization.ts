// SPDX-License-Identifier: Apache-2.0
/**
 * A tensor that is dequantized only to be quantized with the same parameters is taken as it is:
 *
 *     q -> dq -> q' -> next     =>     q -> next
 *
 * A zero point that is left out is 0 here. A q' that is a graph output gives its name to what it repeats, if nothing else reads
 * that. Leaves a q' with several readers, and a DequantizeLinear that is read elsewhere.
 */
import type { GraphEditor } from './editor.js'
import { isDequantize, isQuantize, scalarParameters } from './quantization.js'

export function dropRepeatedQuantization(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (!isDequantize(node)) return false
    const quantize = editor.onlyUse(node.outputs[0]!)?.node
    if (!quantize || !isQuantize(quantize)) return false
    const [source, output] = [node.inputs[0]!, quantize.outputs[0]!]
    const isNamed = editor.isOutput(output) && editor.uses(output).length === 0
    if (isNamed ? !editor.onlyUse(source) || !editor.producer(source) : !editor.onlyUse(output)) return false
    const [from, to] = [scalarParameters(editor, node), scalarParameters(editor, quantize)]
    if (!from || !to || from.type !== to.type) return false
    if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint) return false
    editor.remove(node)
    editor.remove(quantize)
    if (isNamed) rename(editor, source, output)
    else editor.redirectAll(output, source)
    return true
  })
}

function rename(editor: GraphEditor, from: string, to: string): void {
  const producer = editor.producer(from)!
  editor.replace(producer, {
    ...producer,
    outputs: producer.outputs.map((name) => (name === from ? to : name)),
  })
}
