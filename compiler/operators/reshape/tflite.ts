// SPDX-License-Identifier: Apache-2.0
// RESHAPE, EXPAND_DIMS, SQUEEZE: the same elements under the output's own shape, which the file states.
import { sizeOf } from '../../ir/types.js'
import type { TfliteOperator } from '../tflite.js'
import { requireMover } from '../tflite-copies.js'

const view = (name: string, inputs: readonly [number, number]): TfliteOperator => ({
  name,
  inputs,
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    if (input.type !== output.type || sizeOf(input.shape) !== sizeOf(output.shape)) {
      throw node.malformed(
        `[${input.shape}] of ${input.type} does not become [${output.shape}] of ${output.type}`,
      )
    }
    requireMover(node, input)
    const value = conversion.dequantized(input.name)
    if (value) {
      const { type, tensor } = value
      const moved = conversion.emit('reshape', [tensor], { type, shape: output.shape }, {})
      conversion.defineDequantized(output.name, { ...value, tensor: moved })
      return
    }
    conversion.emitOutput('reshape', [conversion.stored(input.name)], output, {})
  },
})

export const reshape = view('RESHAPE', [1, 2])
export const expandDims = view('EXPAND_DIMS', [2, 2])
export const squeeze = view('SQUEEZE', [1, 1])
