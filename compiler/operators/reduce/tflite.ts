// SPDX-License-Identifier: Apache-2.0
// REDUCE_MAX and REDUCE_MIN of int8, on the quanta.
import type { TfliteOperator } from '../tflite.js'
import { reducedAxes } from '../tflite-reduced-axes.js'

const extremum = (name: string, operation: 'maximum' | 'minimum'): TfliteOperator => ({
  name,
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, 'int8')
    node.requireType(output, 'int8')
    node.requireEqualQuantization(input, output)
    const { axes } = reducedAxes(node)
    const attributes = { operation, axes, start: 0, inputValues: null, output: null }
    conversion.emitOutput('reduce', [conversion.stored(input.name)], output, attributes)
  },
})

export const maximum = extremum('REDUCE_MAX', 'maximum')
export const minimum = extremum('REDUCE_MIN', 'minimum')
