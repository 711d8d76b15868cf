// SPDX-License-Identifier: Apache-2.0
// average_pool: the mean under each window: in integers where that is proven equal, else by the reference's own float32 sums.
import { requantizerForms } from '../../arithmetic/requantizer-forms.js'
import type { ProgramTensor, Step } from '../../codegen/program.js'
import type { AveragePoolAttributes, Summation } from '../../ir/operators.js'
import { bytesPerElement, isQuantizedType } from '../../ir/types.js'
import { findAffine } from '../affine-values.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { elementType } from '../element-type.js'
import { inputValues } from '../input-values.js'
import { outputConstants, outputRange } from '../output-quantum.js'
import { type PoolShape, poolShape, rejectEmptyWindows, tapsOf, windowConstants } from '../pool-window.js'
import { noWork } from '../strided-copy.js'
import { type IntegerMean, integerMean, type Mean } from './integer.js'
import { reference } from './reference.js'

// As assembly/average-pool numbers them.
const summations: Record<Summation, number> = { rows: 0, columns: 1, lanes: 2 }
const counts = { inside: 0, kernel: 1, padded: 2 }
const outputKinds = { value: 0, before: 1, after: 2 }

export const averagePool = defineOperator({
  name: 'average_pool',
  summary: 'mean over 1-D or 2-D windows',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const shape = poolShape(node.attributes, input, output)
    rejectEmptyWindows(node, shape, input)
    // A host's kernel beats the float sums, which have none.
    const mayBeFloat = context.preferFloat && !context.hostKernels
    const mean = mayBeFloat ? null : meanOf(node.attributes, shape, input, output)
    const integer = mean && integerMean(mean)
    const pool = { node, shape, input, output }
    return [integer ? integerStep(pool, integer) : floatStep(pool)]
  },
})

interface Pool {
  readonly node: TypedNode<'average_pool'>
  readonly shape: PoolShape
  readonly input: ProgramTensor
  readonly output: ProgramTensor
}

/** The pool as a mean of quanta; null where an input is no quantum, or the divisor is not a function of the cells inside. */
function meanOf(
  attributes: AveragePoolAttributes,
  shape: PoolShape,
  { type: inputType }: ProgramTensor,
  { type: outputType }: ProgramTensor,
): Mean | null {
  const { inputValues, output } = attributes
  if (!inputValues || !output || !isQuantizedType(inputType) || !isQuantizedType(outputType)) return null
  const input = findAffine(inputValues, inputType)
  if (!input) return null
  const { rows, columns } = tapsOf(shape)
  const cells = new Set(rows.flatMap((row) => columns.map((column) => row.length * column.length)))
  const count = countOf(attributes)
  if (count === 'padded' && reachesBeyondPads(shape)) return null
  const size = shape.kernel.height * shape.kernel.width
  const windows = [...cells]
    .sort((a, b) => a - b)
    .map((k) => ({ cells: k, count: count === 'inside' ? k : size }))
  return { input, inputType, output, outputType, windows }
}

/** Ceil mode: the last window has taps behind the pads, which do not count. */
function reachesBeyondPads({ input, output, kernel, strides, pads, endPads, dilations }: PoolShape): boolean {
  return (['height', 'width'] as const).some((axis) => {
    const last = (output[axis] - 1) * strides[axis] - pads[axis] + (kernel[axis] - 1) * dilations[axis]
    return last >= input[axis] + endPads[axis]
  })
}

function integerStep({ node, shape, input, output }: Pool, { form, records, checked }: IntegerMean): Step {
  const facts = requantizerForms[form]
  return {
    ...noWork,
    name: node.name,
    operator: node.operator,
    kernel: 'integer-average-pool',
    constants: {
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      ELEMENT: { kind: 'type', value: input.type === 'int8' ? 'i8' : 'u8' },
      RECORDS: { kind: 'segment', offset: 0 },
      RECORDS_BYTES: { kind: 'usize', value: records.length },
      SCRATCH: { kind: 'scratch', offset: 0 },
      requantize: { kind: 'code', symbol: facts.primitive, from: '../requantize' },
      RECORD_BYTES: { kind: 'code', symbol: facts.recordBytesSymbol, from: '../requantize' },
      ...windowConstants(shape),
      IS_QUOTIENT: { kind: 'bool', value: false },
      ...outputRange(node.attributes.output, output.type),
    },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: records.length,
    segment: records,
    requantizer: form,
    proof: checked,
  }
}

function floatStep({ node, shape, input, output }: Pool): Step {
  const { attributes } = node
  const values = inputValues(attributes.inputValues, input.type)
  return {
    ...noWork,
    name: node.name,
    operator: node.operator,
    kernel: 'average-pool',
    constants: {
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      INPUT_ELEMENT: { kind: 'type', value: elementType(node, input) },
      ...values.constants,
      VALUES: { kind: 'segment', offset: 0 },
      SCRATCH: { kind: 'scratch', offset: 0 },
      ...windowConstants(shape),
      PADDED_BOTTOM: { kind: 'i32', value: shape.input.height + shape.endPads.height },
      PADDED_RIGHT: { kind: 'i32', value: shape.input.width + shape.endPads.width },
      SUMMATION: { kind: 'i32', value: summations[attributes.summation] },
      COUNT: { kind: 'i32', value: counts[countOf(attributes)] },
      OUTPUT_KIND: {
        kind: 'i32',
        value: outputKinds[attributes.output ? attributes.zeroPointAdded : 'value'],
      },
      OUTPUT_BYTES: { kind: 'usize', value: bytesPerElement(output.type) },
      ...outputConstants(attributes.output, output.type),
    },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: values.segment.length,
    segment: values.segment,
    requantizer: attributes.output ? 'float' : null,
  }
}

function countOf({ countIncludePad, zeroPointAdded }: AveragePoolAttributes): keyof typeof counts {
  if (!countIncludePad) return 'inside'
  return zeroPointAdded === 'before' ? 'kernel' : 'padded'
}
