// SPDX-License-Identifier: Apache-2.0
// SOFTMAX along the last axis: int8 to int8 or int16, and int16 to int16.
import { longestFineRow, longestSoftmaxRow } from '../../arithmetic/fixed-softmax.js'
import { longestWideRow } from '../../arithmetic/table-softmax.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier } from '../tflite-rules.js'

export const softmax: TfliteOperator = {
  name: 'SOFTMAX',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, 'int8', 'int16')
    if (input.type === 'int8') node.requireType(output, 'int8', 'int16')
    else node.requireType(output, 'int16')
    node.requireShape(output, input.shape)
    if (input.shape.length < 1) throw node.malformed('Its input has no dimension')
    const { scale, zeroPoint } = node.quantization(input)
    const beta = node.int('beta')
    const attributes = { inputScale: scale, beta }
    const x = conversion.stored(input.name)
    if (input.type === 'int16') {
      requireOutput(node, 2 ** 15, 0)
      if (zeroPoint !== 0) throw notLoaded(node, `the input has the zero point ${zeroPoint} instead of 0`)
      checkedMultiplier(node, (scale * beta) / (10 / 65535))
      requireLength(node, longestWideRow, 'computes nonsense')
      conversion.emitOutput('table_softmax', [x], output, attributes)
      return
    }
    requireScale(node, beta * scale)
    if (output.type === 'int16') {
      requireOutput(node, 2 ** 16, -(2 ** 15))
      requireLength(node, longestFineRow, 'computes nonsense')
    } else {
      requireOutput(node, 2 ** 8, -128)
      requireLength(node, longestSoftmaxRow, 'aborts')
    }
    conversion.emitOutput('fixed_softmax', [x], output, attributes)
  },
}

const notLoaded = (node: TfliteNode, why: string) =>
  node.refused(`TFLite Micro does not load it: ${why}`, 'Convert the model again.')

/** Exactly so for int8, within a thousandth for int16. */
function requireOutput(node: TfliteNode, parts: number, expected: number): void {
  const { scale, zeroPoint } = node.quantization(node.output())
  const tolerance = parts > 256 ? 0.001 : 0
  if (Math.abs(scale * parts - 1) <= tolerance && zeroPoint === expected) return
  throw notLoaded(
    node,
    `the output has scale ${scale} and zero point ${zeroPoint} instead of 1/${parts} and ${expected}`,
  )
}

function requireScale(node: TfliteNode, scale: number): void {
  if (scale > 2 ** -26) return
  throw node.refused(
    `TFLite Micro aborts: beta times the input's scale is ${scale}, not above 2^-26`,
    'Calibrate and convert the model again.',
  )
}

function requireLength(node: TfliteNode, longest: number, deed: string): void {
  const length = node.input(0).shape.at(-1)!
  if (length <= longest) return
  throw node.refused(
    `TFLite Micro ${deed} on rows of ${longest + 1} or more nearly equal values, and these have ${length}`,
    'Leave the softmax to the caller: the order of the classes is the same before it.',
  )
}
