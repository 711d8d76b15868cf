// SPDX-License-Identifier: Apache-2.0
// fixed_curve: logistic function and hyperbolic tangent of int16, by TFLite's table of 256 points.
import { sigmoidTable } from '../../arithmetic/fixed-curves.js'
import { sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const fixedCurve = defineOperator({
  name: 'fixed_curve',
  summary: 'logistic function or hyperbolic tangent of int16 in fixed point',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { curve, argument } = node.attributes
    const segment = bytesOf(sigmoidTable)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-curve',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          TABLE: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          COUNT: { kind: 'usize', value: sizeOf(output.shape) },
          IS_TANH: { kind: 'bool', value: curve === 'tanh' },
          MULTIPLIER: { kind: 'i32', value: argument.multiplier },
          SHIFT: { kind: 'i32', value: argument.shift },
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace: [{ input: 0, output: 0 }],
        scratchBytes: segment.length,
        segment,
      },
    ]
  },
})
