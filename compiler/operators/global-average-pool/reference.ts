// SPDX-License-Identifier: Apache-2.0
// accumulator = sum of x - n * zero point, exact; then rule R or M.
import { allocate, sizeOf } from '../../ir/types.js'
import { requantize } from '../convolution/rule.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'global_average_pool'>['reference'] = (
  node,
  [input],
  [output],
) => {
  const { inputZeroPoint, requantization } = node.attributes
  const pixels = sizeOf(input!.shape.slice(2))
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    let accumulator = 0
    for (let pixel = 0; pixel < pixels; pixel++)
      accumulator += Number(input!.data[index * pixels + pixel]) - inputZeroPoint
    data[index] = requantize(accumulator, requantization, 0)
  }
  return [{ shape: output!.shape, data }]
}
