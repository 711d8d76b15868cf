// SPDX-License-Identifier: Apache-2.0
// SOFTMAX of int8 along the last axis.
import { longestSoftmaxRow } from '../../arithmetic/fixed-softmax.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'

export const softmax: TfliteOperator = {
  name: 'SOFTMAX',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, 'int8')
    node.requireType(output, 'int8')
    node.requireShape(output, input.shape)
    if (input.shape.length < 1) throw node.malformed('Its input has no dimension')
    const { scale } = node.quantization(input)
    const beta = node.int('beta')
    requireOutput(node)
    requireScale(node, beta * scale)
    requireLength(node, input.shape.at(-1)!)
    conversion.emitOutput('fixed_softmax', [conversion.stored(input.name)], output, {
      inputScale: scale,
      beta,
    })
  },
}

function requireOutput(node: TfliteNode): void {
  const { scale, zeroPoint } = node.quantization(node.output())
  if (scale === 1 / 256 && zeroPoint === -128) return
  throw node.refused(
    `TFLite Micro does not load it: the output has scale ${scale} and zero point ${zeroPoint} instead of 1/256 and -128`,
    'Convert the model again.',
  )
}

function requireScale(node: TfliteNode, scale: number): void {
  if (scale > 2 ** -26) return
  throw node.refused(
    `TFLite Micro aborts: beta times the input's scale is ${scale}, not above 2^-26`,
    'Calibrate and convert the model again.',
  )
}

function requireLength(node: TfliteNode, length: number): void {
  if (length <= longestSoftmaxRow) return
  throw node.refused(
    `TFLite Micro aborts on rows of ${longestSoftmaxRow + 1} or more nearly equal values, and these have ${length}`,
    'Leave the softmax to the caller: the order of the classes is the same before it.',
  )
}
