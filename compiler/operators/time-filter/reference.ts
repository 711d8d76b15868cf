// SPDX-License-Identifier: Apache-2.0
// Shifts each filter's runs by one, then sums them up: TFLite Micro's SVDF from its second step on. Sums wrap.
import { requantizeFixed } from '../../arithmetic/fixed-point.js'
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'time_filter'>['reference'] = (
  node,
  [before, newest],
  outputs,
) => {
  const { weight, bias, stateZeroPoint, requantization } = node.attributes
  const [filters, runs] = weight.shape as [number, number]
  const [state, output] = outputs
  const units = bias.length
  const rank = filters / units
  const after = allocate(state!.type, sizeOf(state!.shape))
  const result = allocate(output!.type, sizeOf(output!.shape))
  for (let batch = 0; batch < result.length / units; batch++) {
    for (let unit = 0; unit < units; unit++) {
      let accumulator = bias[unit]!
      for (let filter = unit * rank; filter < (unit + 1) * rank; filter++) {
        for (let run = 0; run < runs; run++) {
          const at = (batch * filters + filter) * runs + run
          const isNewest = run === runs - 1
          after[at] = isNewest
            ? Number(newest!.data[batch * filters + filter]) + stateZeroPoint
            : before!.data[at + 1]!
          const product = (Number(after[at]) - stateZeroPoint) * Number(weight.data[filter * runs + run])
          accumulator = (accumulator + product) | 0
        }
      }
      result[batch * units + unit] = requantizeFixed(accumulator, requantization.fixed[0]!, requantization)
    }
  }
  return [
    { shape: state!.shape, data: after },
    { shape: output!.shape, data: result },
  ]
}
