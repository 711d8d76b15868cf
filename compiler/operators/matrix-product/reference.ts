// SPDX-License-Identifier: Apache-2.0
// output[...][m][n] from accumulator = bias[n] + sum over k of (a[...][m][k] - za) * (b[...][k][n] - zb[n]), batch axes broadcast:
//   8-bit by rule R or M, int16 by rule M of int64 sums; float32: f(f(f(accumulator) * multiplier[n]) + floatBias[n]); or the accumulator itself.
import { f32 } from '../../arithmetic/float32.js'
import { requantizeWide } from '../../arithmetic/wide-fixed-point.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { requantize } from '../convolution/rule.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'
import { zeroPointInputs } from './zero-points.js'

export const reference: OperatorDefinition<'matrix_product'>['reference'] = (node, inputs, [output]) => {
  const { bias, requantization, floatMultipliers, floatBias } = node.attributes
  const [a, b] = inputs as [(typeof inputs)[0], (typeof inputs)[0]]
  const { aInput, bInput } = zeroPointInputs(node.attributes)
  const aZeroPoint = node.attributes.aZeroPoint ?? Number(inputs[aInput]!.data[0])
  const bZeroPoints = node.attributes.bZeroPoints ?? [Number(inputs[bInput]!.data[0])]
  const depth = a.shape.at(-1)!
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const [batch, m, n] = [at.slice(0, -2), at.at(-2)!, at.at(-1)!]
    let accumulator = bias?.[n] ?? 0
    for (let k = 0; k < depth; k++) {
      const x = Number(a.data[broadcastIndex([...batch, m, k], a.shape)]) - aZeroPoint
      const y =
        Number(b.data[broadcastIndex([...batch, k, n], b.shape)]) - bZeroPoints[n % bZeroPoints.length]!
      accumulator += x * y
    }
    if (requantization && 'fixed' in requantization && output!.type === 'int16')
      data[index] = requantizeWide(accumulator, requantization.fixed[0]!, requantization)
    else if (requantization) data[index] = requantize(accumulator, requantization, n)
    else if (floatMultipliers) {
      const product = f32(f32(accumulator) * floatMultipliers[n % floatMultipliers.length]!)
      data[index] = floatBias ? f32(product + floatBias[n % floatBias.length]!) : product
    } else data[index] = accumulator
  }
  return [{ shape: output!.shape, data }]
}
