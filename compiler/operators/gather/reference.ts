// SPDX-License-Identifier: Apache-2.0
// output[outer][k][inner] = input[outer][indices[k]][inner]
import { allocate, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'gather'>['reference'] = (node, [input], [output]) => {
  const { axis, span, indices } = node.attributes
  const length = sizeOf(input!.shape.slice(axis, axis + span))
  const inner = sizeOf(input!.shape.slice(axis + span))
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let at = 0; at < data.length; at++) {
    const run = Math.floor(at / inner)
    const outer = Math.floor(run / indices.length)
    const source = outer * length + indices[run % indices.length]!
    data[at] = input!.data[source * inner + (at % inner)]!
  }
  return [{ shape: output!.shape, data }]
}
