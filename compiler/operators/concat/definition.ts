// SPDX-License-Identifier: Apache-2.0
// concat: the inputs one behind the other along an axis.
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { copyStep, regionOf } from '../strided-copy.js'
import { reference } from './reference.js'

export const concat = defineOperator({
  name: 'concat',
  summary: 'tensors joined along an axis',
  layout: 'strided',
  reference,
  lower(node, context) {
    const output = context.tensor(node.outputs[0]!)
    const { axis } = node.attributes
    let start = 0
    return node.inputs.map((name, index) => {
      const input = context.tensor(name)
      const starts = output.shape.map((_, a) => (a === axis ? start : 0))
      start += input.shape[axis]!
      const copy = {
        counts: input.shape,
        from: regionOf(input),
        to: regionOf(output, starts),
        elementBytes: bytesPerElement(output.type),
      }
      return copyStep(node, copy, index > 0)
    })
  },
})
