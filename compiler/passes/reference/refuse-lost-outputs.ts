// SPDX-License-Identifier: Apache-2.0
/**
 * Refuses two forms of graph outputs that the reference breaks:
 *
 *     q1 -> dq -> q2{same parameters, graph output}, q1 -> other     q2's name is given to q1, which the other reader then misses;
 *                                                                    pairs that repeat q1 in between are no readers
 *     x{float graph output} -> transpose -> q                        x is given the quantized values
 */
import type { Node } from '../../ir/graph.js'
import type { GraphEditor } from './editor.js'
import { isDequantize, isMatchingPair, isQuantize, scalarParameters } from './quantization.js'

export function refuseLostOutputs(editor: GraphEditor): boolean {
  return editor.each((node) => {
    if (!isQuantize(node)) return false
    refuseRepetition(editor, node)
    refuseTransposedOutput(editor, node)
    return false
  })
}

function refuseRepetition(editor: GraphEditor, quantize: Node): void {
  const output = quantize.outputs[0]!
  if (!editor.isOutput(output) || editor.uses(output).length > 0) return
  const source = firstRepeated(editor, quantize)
  if (source === null) return
  if (!editor.producer(source) || editor.onlyUse(source)) return
  throw editor
    .view(quantize)
    .error(
      'reference-refuses',
      `The reference fails when it runs: it lets "${output}" take the place of "${source}", which is read elsewhere too`,
      'Make one of the two the output.',
    )
}

/** The tensor that a chain of such Qs, each read only by the next, gives once more; null where there is none. */
function firstRepeated(editor: GraphEditor, quantize: Node): string | null {
  const source = repeatedBy(editor, quantize)
  const producer = source !== null && editor.onlyUse(source) ? editor.producer(source) : undefined
  if (!producer || !isQuantize(producer)) return source
  return firstRepeated(editor, producer) ?? source
}

/** The quantized tensor that a Q only gives once more; null where there is none. */
function repeatedBy(editor: GraphEditor, quantize: Node): string | null {
  const dequantize = editor.producer(quantize.inputs[0]!)
  if (!isDequantize(dequantize) || !editor.onlyUse(dequantize.outputs[0]!)) return null
  const isRepetition = isMatchingPair(
    scalarParameters(editor, dequantize),
    scalarParameters(editor, quantize),
  )
  return isRepetition ? dequantize.inputs[0]! : null
}

function refuseTransposedOutput(editor: GraphEditor, quantize: Node): void {
  let transpose = editor.producer(quantize.inputs[0]!)
  while (transpose?.operator === 'Transpose') {
    const source = transpose.inputs[0]!
    if (editor.isOutput(source)) {
      throw editor
        .view(transpose)
        .error(
          'unsupported-feature',
          `It leads from the float output "${source}" to a QuantizeLinear: the reference writes the quantized values to that output`,
          'Quantize the output itself, or do not make it an output.',
        )
    }
    transpose = editor.producer(source)
  }
}
