// SPDX-License-Identifier: Apache-2.0
// Row by row along the last axis: e = exp(distance to the maximum), y = e / sum of e in 1/32768, by tables.
import { softmaxMultiplier, tableSoftmax } from '../../arithmetic/table-softmax.js'
import { sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

export const reference: OperatorDefinition<'table_softmax'>['reference'] = (node, [input], [output]) => {
  const by = softmaxMultiplier(node.attributes.inputScale, node.attributes.beta)
  const data = new Int16Array(sizeOf(output!.shape))
  for (const indices of rowIndices(input!.shape, input!.shape.length - 1, false)) {
    const row = indices.map((index) => Number(input!.data[index]))
    tableSoftmax(row, by).forEach((y, j) => {
      data[indices[j]!] = y
    })
  }
  return [{ shape: output!.shape, data }]
}
