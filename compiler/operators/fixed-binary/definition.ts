// SPDX-License-Identifier: Apache-2.0
// fixed_binary: sums, differences, products, maxima and minima of two integer tensors by TFLite Micro's own arithmetic.
import type { FixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { KernelConstant } from '../../codegen/program.js'
import { broadcastLoops, inPlaceInputs } from '../broadcast-loops.js'
import { defineOperator } from '../definition.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

// As assembly/fixed-binary numbers them.
const operations = { add: 0, subtract: 1, multiply: 2, maximum: 3, minimum: 4, prelu: 5 } as const

const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })

const multiplier = (
  prefix: string,
  { multiplier, shift }: FixedMultiplier,
): Record<string, KernelConstant> => ({
  [`${prefix}MULTIPLIER`]: i32(multiplier),
  [`${prefix}SHIFT`]: i32(-shift),
})

export const fixedBinary = defineOperator({
  name: 'fixed_binary',
  summary: 'sum, difference, product, maximum or minimum of two integer tensors, requantized in fixed point',
  layout: 'strided',
  reference,
  lower(node, context) {
    const a = context.tensor(node.inputs[0]!)
    const b = context.tensor(node.inputs[1]!)
    const output = context.tensor(node.outputs[0]!)
    const { attributes } = node
    const { requantization } = attributes
    const { multiplier: factor, shift } = requantization.fixed[0]!
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-binary',
        constants: {
          A: { kind: 'address', tensor: a.name },
          B: { kind: 'address', tensor: b.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: output.type === 'int16' ? 'i16' : 'i8' },
          OPERATION: i32(operations[attributes.operation]),
          A_ZERO_POINT: i32(attributes.a.zeroPoint),
          B_ZERO_POINT: i32(attributes.b.zeroPoint),
          LEFT_SHIFT: i32(attributes.leftShift),
          ...multiplier('A_', attributes.a.fixed),
          ...multiplier('B_', attributes.b.fixed),
          MULTIPLIER: i32(factor),
          SHIFT_LEFT: i32(Math.max(shift, 0)),
          SHIFT_RIGHT: i32(Math.max(-shift, 0)),
          OUTPUT_ZERO_POINT: i32(requantization.zeroPoint),
          OUTPUT_MIN: i32(requantization.min),
          OUTPUT_MAX: i32(requantization.max),
          ...broadcastLoops(node, a, b, output),
        },
        inputs: [a.name, b.name],
        outputs: [output.name],
        inPlace: inPlaceInputs([a, b], output),
        requantizer:
          attributes.operation === 'maximum' || attributes.operation === 'minimum' ? null : 'double',
      },
    ]
  },
})
