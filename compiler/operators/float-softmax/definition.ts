// SPDX-License-Identifier: Apache-2.0
// float_softmax: softmax of float32 rows as the reference computes it in float, then Q where the output is 8-bit.
import { logCentres } from '../../arithmetic/exponential.js'
import { splitAt, splitTail } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { outputConstants } from '../output-quantum.js'
import { rowOrders } from '../row-orders.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

/** Pairs 1 / c, log c of float64 (assembly/log.ts). */
const logTable = () => bytesOf(Float64Array.from(logCentres.flatMap((centre) => centre.slice(0, 2))))

export const floatSoftmax = defineOperator({
  name: 'float_softmax',
  summary: 'float32 softmax of rows, or its logarithm',
  layout: 'strided',
  chooseOrders: (node, [input]) => rowOrders(node.attributes, input!),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { axis, rowIsTail, isLog, inputValues, output: quantization } = node.attributes
    const { outer, length, inner } = rowIsTail ? splitTail(input, axis) : splitAt(input, axis)
    const values = inputValues ? bytesOf(inputValues) : new Uint8Array(0)
    const segment = isLog ? joinBytes([logTable(), values]) : values
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'float-softmax',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          VALUES: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: segment.length - values.length },
          SEGMENT_BYTES: { kind: 'usize', value: segment.length },
          LOG_TABLE: { kind: 'scratch', offset: 0 },
          IS_LOG: { kind: 'bool', value: isLog },
          ROW: { kind: 'scratch', offset: segment.length },
          INPUT_IS_FLOAT: { kind: 'bool', value: inputValues === null },
          OUTPUT_IS_FLOAT: { kind: 'bool', value: quantization === null },
          OUTER: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          INNER: { kind: 'usize', value: inner },
          ...outputConstants(quantization, output.type),
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: segment.length + length * 4,
        segment,
        requantizer: quantization ? 'float' : null,
      },
    ]
  },
})
