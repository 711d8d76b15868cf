// SPDX-License-Identifier: Apache-2.0
// CAST between float32, int8, int16, int32 and bool; quantization plays no part.
import type { TfliteOperator } from '../tflite.js'

const types = ['float32', 'int8', 'int16', 'int32', 'bool'] as const

export const cast: TfliteOperator = {
  name: 'CAST',
  inputs: [1, 1],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, ...types)
    node.requireType(output, ...types)
    node.requireShape(output, input.shape)
    const x = conversion.stored(input.name)
    if (input.type === output.type) {
      conversion.emitOutput('reshape', [x], output, {})
      return
    }
    const operation = input.type === 'float32' && output.type !== 'bool' ? 'saturate' : 'cast'
    conversion.emitOutput('plain_unary', [x], output, { operation })
  },
}
