// SPDX-License-Identifier: Apache-2.0
// CONCATENATION and PACK.
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { requireMove } from '../tflite-copies.js'

function emitJoined(
  node: TfliteNode,
  conversion: TfliteConversion,
  axis: number,
  shapeOf: (shape: readonly number[]) => readonly number[],
): void {
  const output = node.output()
  const inputs = node.node.inputs.map((_, index) => node.input(index))
  let length = 0
  const joined = inputs.map((input) => {
    requireMove(node, input, output)
    const shape = shapeOf(input.shape)
    length += shape[axis]!
    const isFit =
      shape.length === output.shape.length && shape.every((d, a) => a === axis || d === output.shape[a])
    if (!isFit) throw node.malformed(`[${input.shape}] does not join to [${output.shape}] along axis ${axis}`)
    const x = conversion.stored(input.name)
    const isSame = String(shape) === String(input.shape)
    return isSame ? x : conversion.emit('reshape', [x], { type: input.type, shape }, {})
  })
  if (length !== output.shape[axis])
    throw node.malformed(`${length} along axis ${axis} do not give [${output.shape}]`)
  conversion.emitOutput('concat', joined, output, { axis })
}

export const concatenation: TfliteOperator = {
  name: 'CONCATENATION',
  inputs: [1, 64],
  convert(node, conversion) {
    if (node.int('activation') !== 0) {
      throw node.refused(
        'TFLite Micro does not load it: a concatenation takes no fused activation',
        'Keep it as a node of its own.',
      )
    }
    const output = node.output()
    if (output.type === 'int16' && node.quantization(output).zeroPoint !== 0) {
      throw node.refused(
        'TFLite Micro does not load it: a concatenation of int16 has zero points of 0',
        'Convert the model again.',
      )
    }
    emitJoined(node, conversion, node.axis(node.int('axis'), output.shape.length), (shape) => shape)
  },
}

export const pack: TfliteOperator = {
  name: 'PACK',
  inputs: [1, 64],
  convert(node, conversion) {
    const axis = node.axis(node.int('axis'), node.output().shape.length)
    emitJoined(node, conversion, axis, (shape) => [...shape.slice(0, axis), 1, ...shape.slice(axis)])
  },
}
