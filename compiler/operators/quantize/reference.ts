// SPDX-License-Identifier: Apache-2.0
// y = Q(x) with the scale and zero point of the coordinate along `axis`; infinities saturate, NaN gives 0
// (with halvesAway: the zero point).
import { quantize } from '../../arithmetic/float32.js'
import { quantizeHalfAway } from '../../arithmetic/half-away.js'
import { allocate, type QuantumType, rangeOf, sizeOf } from '../../ir/types.js'
import { coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'quantize'>['reference'] = (node, [input], [output]) => {
  const { scales, zeroPoints, axis, halvesAway } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const channel = scales.length > 1 ? coordinatesOf(index, input!.shape)[axis!]! : 0
    const quantization = {
      scale: scales[channel]!,
      zeroPoint: zeroPoints[zeroPoints.length > 1 ? channel : 0]!,
    }
    const rule = halvesAway ? quantizeHalfAway : quantize
    data[index] = rule(Number(input!.data[index]), quantization, rangeOf(output!.type as QuantumType))
  }
  return [{ shape: output!.shape, data }]
}
