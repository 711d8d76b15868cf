// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite operators that are a function of each element: of int8 a table of 256 entries.
import type { Tensor } from '../ir/graph.js'
import type { Quantization } from '../ir/types.js'
import type { TfliteConversion } from '../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from './tflite.js'

/** An operator that is a table over int8. */
export const tableOperator = (
  name: string,
  tableOf: (
    node: TfliteNode,
    from: Quantization,
    to: Quantization,
    conversion: TfliteConversion,
  ) => Int8Array,
): TfliteOperator => ({
  name,
  inputs: [1, 1],
  convert(node, conversion) {
    const { input, output } = endsOf(node, 'int8')
    emitTable(
      node,
      conversion,
      tableOf(node, node.quantization(input), node.quantization(output), conversion),
    )
  },
})

/** Input and output of one type and shape. */
export function endsOf(
  node: TfliteNode,
  ...types: Parameters<TfliteNode['requireType']>[1][]
): { input: Tensor; output: Tensor } {
  const [input, output] = [node.input(0), node.output()]
  node.requireType(input, ...types)
  node.requireType(output, input.type)
  node.requireShape(output, input.shape)
  return { input, output }
}

export const emitTable = (node: TfliteNode, conversion: TfliteConversion, entries: Int8Array): void =>
  conversion.emitElementwise(node.input(0), node.output(), (x, output) => {
    const label = node.node.operator.toLowerCase()
    return conversion.emit('table', [x], output, { table: entries, axis: null, label })
  })
