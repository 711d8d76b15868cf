// SPDX-License-Identifier: Apache-2.0
// constant: a tensor known at compile time that stands in linear memory.
import { stridesOf } from '../../ir/layout.js'
import { allocate, rowMajorStrides, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'

export const constant = defineOperator({
  name: 'constant',
  summary: 'a tensor known at compile time',
  layout: 'strided',
  reference: (node) => [{ shape: node.attributes.value.shape, data: node.attributes.value.data }],
  lower(node, context) {
    const output = context.tensor(node.outputs[0]!)
    const { data } = node.attributes.value
    const stored = allocate(output.type, data.length)
    const to = stridesOf(output.shape, output.layout.order)
    const from = rowMajorStrides(output.shape)
    for (let index = 0; index < sizeOf(output.shape); index++) {
      const place = to.reduce(
        (sum, s, axis) => sum + s * (Math.floor(index / from[axis]!) % output.shape[axis]!),
        0,
      )
      stored[place] = data[index]!
    }
    const segment = bytesOf(stored)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'constant',
        constants: {
          OUTPUT: { kind: 'address', tensor: output.name },
          VALUE: { kind: 'segment', offset: 0 },
          BYTES: { kind: 'usize', value: segment.length },
        },
        inputs: [],
        outputs: [output.name],
        segment,
      },
    ]
  },
})
