// SPDX-License-Identifier: Apache-2.0
// y = DQ(x) with the scale and zero point of the coordinate along `axis`.
import { dequantize } from '../../arithmetic/float32.js'
import { sizeOf } from '../../ir/types.js'
import { coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'dequantize'>['reference'] = (node, [input], [output]) => {
  const { scales, zeroPoints, axis } = node.attributes
  const data = new Float32Array(sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const channel = scales.length > 1 ? coordinatesOf(index, input!.shape)[axis!]! : 0
    const zeroPoint = zeroPoints[zeroPoints.length > 1 ? channel : 0]!
    data[index] = dequantize(Number(input!.data[index]), { scale: scales[channel]!, zeroPoint })
  }
  return [{ shape: output!.shape, data }]
}
