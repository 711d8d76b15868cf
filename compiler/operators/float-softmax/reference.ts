// SPDX-License-Identifier: Apache-2.0
// y = f(e * f(1 / S)), e = exp of the distance to the row's maximum, S in four lanes (arithmetic/rows.ts), or
// f(f(x - max) - log S); then Q(y).
import { quantize } from '../../arithmetic/float32.js'
import { floatLogSoftmax, floatSoftmax } from '../../arithmetic/rows.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

export const reference: OperatorDefinition<'float_softmax'>['reference'] = (node, [input], [output]) => {
  const { axis, rowIsTail, isLog, inputValues, output: quantization } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (const indices of rowIndices(input!.shape, axis, rowIsTail)) {
    const elements = indices.map((index) => Number(input!.data[index]))
    const result = (isLog ? floatLogSoftmax : floatSoftmax)(
      inputValues ? elements.map((element) => inputValues[element & 255]!) : elements,
    )
    indices.forEach((index, j) => {
      const y = result[j]!
      data[index] = quantization ? quantize(y, quantization, rangeOf(output!.type as QuantizedType)) : y
    })
  }
  return [{ shape: output!.shape, data }]
}
