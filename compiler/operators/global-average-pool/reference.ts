// SPDX-License-Identifier: Apache-2.0
// accumulator = sum of x - n * zero point, exact; y = clamp(rne(f(f(accumulator) * m)) + output zero point).
import { f32, roundHalfEven } from '../../arithmetic/float32.js'
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'global_average_pool'>['reference'] = (
  node,
  [input],
  [output],
) => {
  const { inputZeroPoint, requantization } = node.attributes
  const { multipliers, zeroPoint, min, max } = requantization
  const pixels = sizeOf(input!.shape.slice(2))
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    let accumulator = 0
    for (let pixel = 0; pixel < pixels; pixel++)
      accumulator += Number(input!.data[index * pixels + pixel]) - inputZeroPoint
    const rounded = roundHalfEven(f32(f32(accumulator) * multipliers[0]!))
    data[index] = Math.min(max, Math.max(min, rounded + zeroPoint))
  }
  return [{ shape: output!.shape, data }]
}
