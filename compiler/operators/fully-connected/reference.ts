// SPDX-License-Identifier: Apache-2.0
// output[row][n] from accumulator = bias[n] + sum over k of (x[row][k] - inputZeroPoint) * (w[n][k] - weightZeroPoint[n]):
//   8-bit by rule R, or float32: f(f(f(accumulator) * multiplier[n]) + floatBias[n]).
import { allocate, sizeOf } from '../../ir/types.js'
import { requantize } from '../convolution/rule.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'fully_connected'>['reference'] = (node, [input], [output]) => {
  const { weight, weightZeroPoints, bias, inputZeroPoint, requantization } = node.attributes
  const { floatMultipliers, floatBias } = node.attributes
  const [units, depth] = weight.shape as [number, number]
  const rows = sizeOf(input!.shape) / depth
  const data = allocate(output!.type, rows * units)
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit++) {
      const weightZeroPoint = weightZeroPoints[unit % weightZeroPoints.length]!
      let accumulator = bias?.[unit] ?? 0
      for (let k = 0; k < depth; k++) {
        const x = Number(input!.data[row * depth + k]) - inputZeroPoint
        accumulator += x * (Number(weight.data[unit * depth + k]) - weightZeroPoint)
      }
      const scaled = (values: Float32Array) =>
        Math.fround(Math.fround(accumulator) * values[unit % values.length]!)
      if (requantization) data[row * units + unit] = requantize(accumulator, requantization, unit)
      else if (!floatBias) data[row * units + unit] = scaled(floatMultipliers!)
      else
        data[row * units + unit] = Math.fround(
          scaled(floatMultipliers!) + floatBias[unit % floatBias.length]!,
        )
    }
  }
  return [{ shape: output!.shape, data }]
}
