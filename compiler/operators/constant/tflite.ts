// SPDX-License-Identifier: Apache-2.0
// SHAPE: shapes are known at compile time.
import type { TfliteOperator } from '../tflite.js'

export const shape: TfliteOperator = {
  name: 'SHAPE',
  inputs: [1, 1],
  convert(node, conversion) {
    const output = node.output()
    const dimensions = node.input(0).shape
    node.requireType(output, 'int32')
    node.requireShape(output, [dimensions.length])
    const value = { type: output.type, shape: output.shape, data: Int32Array.from(dimensions) }
    conversion.emitOutput('constant', [], output, { value })
  },
}
