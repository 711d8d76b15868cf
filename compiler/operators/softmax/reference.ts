// SPDX-License-Identifier: Apache-2.0
// QLinearSoftmax, row by row: t = T[distance to the maximum], y = min(hi, rne(f(f(t * floor(1 / s)) / sum of t)) + z).
import { quantizedSoftmax, quantizedSoftmaxTable } from '../../arithmetic/rows.js'
import { allocate, rangeOf, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

export const reference: OperatorDefinition<'softmax'>['reference'] = (node, [input], [output]) => {
  const { axis, rowIsTail, inputScale, inputType, output: quantization } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (const indices of rowIndices(input!.shape, axis, rowIsTail)) {
    const row = indices.map((index) => Number(input!.data[index]))
    const table = quantizedSoftmaxTable(inputScale, row.length)
    const result = quantizedSoftmax(row, table, quantization, rangeOf(inputType))
    indices.forEach((index, j) => {
      data[index] = result[j]!
    })
  }
  return [{ shape: output!.shape, data }]
}
