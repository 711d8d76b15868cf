// SPDX-License-Identifier: Apache-2.0
// ARG_MAX and ARG_MIN of int8, as int32; the smallest is the greatest of the quanta turned around.
import type { TfliteOperator } from '../tflite.js'
import { int8Table } from '../tflite-rules.js'

const extremum = (name: string, isMinimum: boolean): TfliteOperator => ({
  name,
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, 'int8')
    node.requireType(output, 'int32')
    const { type, shape } = input
    const axis = node.axis(node.integers(1, 'The axis')[0] ?? 0, shape.length)
    node.requireShape(
      output,
      shape.filter((_, a) => a !== axis),
    )
    let x = conversion.stored(input.name)
    if (isMinimum) {
      const table = int8Table((quantum) => -1 - quantum)
      x = conversion.emit('table', [x], { type, shape }, { table, axis: null, label: 'turn around' })
    }
    conversion.emitOutput('arg_max', [x], output, { axis, selectLast: false })
  },
})

export const largest = extremum('ARG_MAX', false)
export const smallest = extremum('ARG_MIN', true)
