// SPDX-License-Identifier: Apache-2.0
// Row by row along the last axis: e = exp(distance to the maximum) in fixed point, y = e / sum of e in 1/256 less 128, or in 1/65536 less 32768.
import { fixedSoftmax, softmaxPowers } from '../../arithmetic/fixed-softmax.js'
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

export const reference: OperatorDefinition<'fixed_softmax'>['reference'] = (node, [input], [output]) => {
  const powers = softmaxPowers(node.attributes.inputScale, node.attributes.beta)
  const bits = output!.type === 'int16' ? 16 : 8
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (const indices of rowIndices(input!.shape, input!.shape.length - 1, false)) {
    const row = indices.map((index) => Number(input!.data[index]))
    fixedSoftmax(row, powers, bits).forEach((y, j) => {
      data[indices[j]!] = y
    })
  }
  return [{ shape: output!.shape, data }]
}
