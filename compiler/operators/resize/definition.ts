// SPDX-License-Identifier: Apache-2.0
// resize: linear interpolation over the last two or three axes, as the reference computes it in float.
import type { KernelConstant } from '../../codegen/program.js'
import type { Interpolation } from '../../ir/float-operators.js'
import { bytesPerElement, rowMajorStrides, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { elementType } from '../element-type.js'
import { inputValues } from '../input-values.js'
import { outputConstants } from '../output-quantum.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { identityValues } from './quanta.js'
import { reference } from './reference.js'

/** Bytes of one output coordinate: two offsets and two weights. */
const entryBytes = 16

export const resize = defineOperator({
  name: 'resize',
  summary: 'linear interpolation over two or three axes',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { axes, truncates, output: quantization } = node.attributes
    const ofQuanta = truncates ? identityValues(input.type) : node.attributes.inputValues
    const values = inputValues(ofQuanta, input.type)
    const size = bytesPerElement(input.type)
    const firstAxis = input.shape.length - axes.length
    const strides = rowMajorStrides(input.shape).slice(firstAxis)
    const tables = axes.map((axis, i) => entries(axis, strides[i]! * size))
    const segment = joinBytes([values.segment, ...tables])
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'resize',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          INPUT_ELEMENT: { kind: 'type', value: elementType(node, input) },
          ...values.constants,
          SEGMENT: { kind: 'segment', offset: 0 },
          SEGMENT_BYTES: { kind: 'usize', value: segment.length },
          SCRATCH: { kind: 'scratch', offset: 0 },
          ...axisConstants(axes, values.segment.length),
          OUTER: { kind: 'usize', value: sizeOf(input.shape.slice(0, firstAxis)) },
          IMAGE_BYTES: { kind: 'usize', value: sizeOf(input.shape.slice(firstAxis)) * size },
          TRUNCATES: { kind: 'bool', value: truncates },
          OUTPUT_IS_FLOAT: { kind: 'bool', value: !truncates && quantization === null },
          OUTPUT_BYTES: { kind: 'usize', value: bytesPerElement(output.type) },
          ...outputConstants(quantization, output.type),
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: segment.length,
        segment,
        requantizer: quantization ? 'float' : null,
      },
    ]
  },
})

/** Offsets in bytes and weights, one after the other. */
function entries({ first, second, firstWeight, secondWeight }: Interpolation, step: number): Uint8Array {
  return joinBytes(
    Array.from(first, (_, i) => [
      bytesOf(Int32Array.of(first[i]! * step, second[i]! * step)),
      bytesOf(Float32Array.of(firstWeight[i]!, secondWeight[i]!)),
    ]).flat(),
  )
}

/** Z_, Y_ and X_ (address of the entries, their end); Z is absent where two axes are resized. */
function axisConstants(axes: readonly Interpolation[], start: number): Record<string, KernelConstant> {
  const names = axes.length === 3 ? ['Z', 'Y', 'X'] : ['Y', 'X']
  const constants: Record<string, KernelConstant> = { HAS_Z: { kind: 'bool', value: axes.length === 3 } }
  if (axes.length < 3) Object.assign(constants, places('Z', start, 1))
  let at = start
  axes.forEach(({ first }, i) => {
    Object.assign(constants, places(names[i]!, at, first.length))
    at += first.length * entryBytes
  })
  return constants
}

const places = (name: string, at: number, count: number): Record<string, KernelConstant> => ({
  [`${name}_ENTRIES`]: { kind: 'scratch', offset: at },
  [`${name}_BYTES`]: { kind: 'usize', value: count * entryBytes },
})
