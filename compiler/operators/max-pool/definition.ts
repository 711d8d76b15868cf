// SPDX-License-Identifier: Apache-2.0
// max_pool: the greatest element under each window.
import type { KernelConstant } from '../../codegen/program.js'
import { isQuantizedType } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { poolShape, rejectEmptyWindows, windowConstants } from '../pool-window.js'
import { noWork } from '../strided-copy.js'
import { floatOrder, floatOrders } from './float-order.js'
import { reference } from './reference.js'

export const maxPool = defineOperator({
  name: 'max_pool',
  summary: 'maximum over 1-D or 2-D windows, integers or float32',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const shape = poolShape(node.attributes, input, output)
    rejectEmptyWindows(node, shape, input)
    const order = floatOrders.indexOf(floatOrder(node.attributes.kernel.length, shape))
    const constants: Record<string, KernelConstant> =
      input.type === 'float32'
        ? { ORDER: { kind: 'i32', value: order } }
        : {
            ELEMENT: { kind: 'type', value: nativeType(node, input) },
            IS_SIGNED_BYTE: { kind: 'bool', value: input.type === 'int8' },
            BY_EIGHT: { kind: 'bool', value: isQuantizedType(input.type) && shape.channels >= 8 },
          }
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: input.type === 'float32' ? 'max-pool-float' : 'max-pool',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ...constants,
          ...windowConstants(shape),
        },
        inputs: [input.name],
        outputs: [output.name],
      },
    ]
  },
})
