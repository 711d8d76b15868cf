// SPDX-License-Identifier: Apache-2.0
// slice: output[i] = input[start + i * step] on every axis.
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { copyStep, regionOf } from '../strided-copy.js'
import { reference } from './reference.js'

export const slice = defineOperator({
  name: 'slice',
  summary: 'a box of the input, with a step per axis',
  layout: 'strided',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { starts, steps } = node.attributes
    return [
      copyStep(node, {
        counts: output.shape,
        from: regionOf(input, starts, steps),
        to: regionOf(output),
        elementBytes: bytesPerElement(input.type),
      }),
    ]
  },
})
