// SPDX-License-Identifier: Apache-2.0
// fixed_unary: requantization between integer types, and functions of two straight lines, in fixed point. For int8
// inputs a table does the same with less work.
import type { FixedMultiplier } from '../../arithmetic/fixed-point.js'
import type { KernelConstant } from '../../codegen/program.js'
import { bytesPerElement, type ElementType, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })

const slope = (prefix: string, { multiplier, shift }: FixedMultiplier): Record<string, KernelConstant> => ({
  [prefix]: i32(multiplier),
  [`${prefix}_LEFT`]: i32(Math.max(shift, 0)),
  [`${prefix}_RIGHT`]: i32(Math.max(-shift, 0)),
})

const elements: Partial<Record<ElementType, 'i8' | 'i16' | 'i32'>> = {
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
}

export const fixedUnary = defineOperator({
  name: 'fixed_unary',
  summary: 'requantization between int8, int16 and int32 in fixed point, with another slope below zero',
  layout: 'same',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { slopes, inputZeroPoint, result } = node.attributes
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-unary',
        constants: {
          ELEMENT: { kind: 'type', value: elements[input.type]! },
          RESULT: { kind: 'type', value: elements[output.type]! },
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          COUNT: { kind: 'usize', value: sizeOf(input.shape) },
          INPUT_ZERO_POINT: i32(inputZeroPoint),
          ...slope('POSITIVE', slopes.positive),
          ...slope('NEGATIVE', slopes.negative),
          IS_NEGATED: { kind: 'bool', value: slopes.isNegated },
          OUTPUT_ZERO_POINT: i32(result.zeroPoint),
          OUTPUT_MIN: i32(result.min),
          OUTPUT_MAX: i32(result.max),
        },
        inputs: [input.name],
        outputs: [output.name],
        inPlace:
          bytesPerElement(input.type) === bytesPerElement(output.type) ? [{ input: 0, output: 0 }] : [],
        requantizer: 'double',
      },
    ]
  },
})
