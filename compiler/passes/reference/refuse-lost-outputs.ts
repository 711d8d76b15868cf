// SPDX-License-Identifier: Apache-2.0
/**
 * Refuses what the reference breaks: a quantized graph output that only repeats another quantized tensor. The reference
 * drops the pair and lets the tensor's producer write the output, which takes the tensor from its other readers.
 *
 *     q1 -> dq -> q2{same parameters, graph output}, q1 -> other
 */
import type { GraphEditor } from './editor.js'
import { isDequantize, isMatchingPair, isQuantize, scalarParameters } from './quantization.js'

export function refuseLostOutputs(editor: GraphEditor): boolean {
  return editor.each((node) => {
    const output = node.outputs[0]!
    if (!isQuantize(node) || !editor.isOutput(output) || editor.uses(output).length > 0) return false
    const dequantize = editor.producer(node.inputs[0]!)
    if (!isDequantize(dequantize) || !editor.onlyUse(dequantize.outputs[0]!)) return false
    const source = dequantize.inputs[0]!
    if (!editor.producer(source) || editor.onlyUse(source)) return false
    if (!isMatchingPair(scalarParameters(editor, dequantize), scalarParameters(editor, node))) return false
    throw editor
      .view(node)
      .error(
        'reference-refuses',
        `The reference fails when it runs: it lets "${output}" take the place of "${source}", which is read elsewhere too`,
        'Make one of the two the output.',
      )
  })
}
