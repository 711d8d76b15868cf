// SPDX-License-Identifier: Apache-2.0
// Each element through the curve.
import { curveOf } from '../../arithmetic/fixed-curves.js'
import { allocate } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'fixed_curve'>['reference'] = (node, [input], [output]) => {
  const { curve, argument } = node.attributes
  const data = allocate(output!.type, input!.data.length)
  input!.data.forEach((q: number | bigint, index: number) => {
    data[index] = curveOf(curve, Number(q), argument)
  })
  return [{ shape: output!.shape, data }]
}
