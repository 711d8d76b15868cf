// SPDX-License-Identifier: Apache-2.0
// gather: slices of the input in an order, or a choice, that is known at compile time.
import { bytesPerElement, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

/** Indices in linear memory at a time. */
const tileLength = 64

const elementTypes: Record<number, 'i8' | 'i16' | 'i32' | 'i64'> = { 1: 'i8', 2: 'i16', 4: 'i32', 8: 'i64' }

export const gather = defineOperator({
  name: 'gather',
  summary: 'slices of the input, chosen by constant indices',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { axis, span, indices } = node.attributes
    const runBytes = sizeOf(input.shape.slice(axis + span)) * bytesPerElement(input.type)
    const imageBytes = sizeOf(input.shape.slice(axis, axis + span)) * runBytes
    const element = elementTypes[runBytes]
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'gather',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          OFFSETS: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          OUTER: { kind: 'usize', value: sizeOf(input.shape.slice(0, axis)) },
          IMAGE_BYTES: { kind: 'usize', value: imageBytes },
          COUNT: { kind: 'usize', value: indices.length },
          TILE: { kind: 'usize', value: Math.min(tileLength, indices.length) },
          ELEMENT: { kind: 'type', value: element ?? 'i8' },
          RUN_BYTES: { kind: 'usize', value: runBytes },
          IS_RUN: { kind: 'bool', value: element === undefined },
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: Math.min(tileLength, indices.length) * 4,
        segment: bytesOf(indices.map((index) => index * runBytes)),
      },
    ]
  },
})
