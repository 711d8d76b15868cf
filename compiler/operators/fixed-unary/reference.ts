// SPDX-License-Identifier: Apache-2.0
// y = clamp(+-M(x - zero point) + zero point) of each element, by the slope of its side.
import { leakyRelu } from '../../arithmetic/tflite-functions.js'
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'fixed_unary'>['reference'] = (node, [input], [output]) => {
  const { slopes, inputZeroPoint, result } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    data[index] = leakyRelu((Number(input!.data[index]) - inputZeroPoint) | 0, slopes, result)
  }
  return [{ shape: output!.shape, data }]
}
