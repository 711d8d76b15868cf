// SPDX-License-Identifier: Apache-2.0
// softmax: QLinearSoftmax over rows: a table of 256 float32 powers, one float32 sum, one product and division per element.
import {
  quantizedSoftmaxTable,
  softmaxLevels,
  softmaxMayOverflow,
  softmaxOverflow,
} from '../../arithmetic/rows.js'
import { rangeOf } from '../../ir/types.js'
import { splitAt, splitTail } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { rowOrders } from '../row-orders.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const softmax = defineOperator({
  name: 'softmax',
  summary: 'QLinearSoftmax of 8-bit rows',
  layout: 'strided',
  chooseOrders: (node, [input]) => rowOrders(node.attributes, input!),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { axis, rowIsTail, inputScale, inputType, output: quantization } = node.attributes
    const { outer, length, inner } = rowIsTail ? splitTail(input, axis) : splitAt(input, axis)
    const table = quantizedSoftmaxTable(inputScale, length)
    const segment = bytesOf(table)
    const { min, max } = rangeOf(inputType)
    const levels = softmaxLevels(quantization.scale)
    const overflow = softmaxOverflow(quantization.zeroPoint, { min, max })
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'softmax',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          TABLE: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          ELEMENT: { kind: 'type', value: inputType === 'int8' ? 'i8' : 'u8' },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          LEVELS: { kind: 'f32', value: levels },
          MAY_OVERFLOW: { kind: 'bool', value: softmaxMayOverflow(table, levels) },
          OVERFLOW_FROM: { kind: 'f32', value: overflow.from },
          OVERFLOW_QUANTUM: { kind: 'i32', value: overflow.quantum },
          OUTPUT_ZERO_POINT: { kind: 'i32', value: quantization.zeroPoint },
          OUTPUT_MIN: { kind: 'i32', value: min },
          OUTPUT_MAX: { kind: 'i32', value: max },
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: segment.length,
        segment,
        requantizer: 'float',
      },
    ]
  },
})
