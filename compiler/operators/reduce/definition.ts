// SPDX-License-Identifier: Apache-2.0
// reduce: sums, means, products and extremes over axes, in float32 and in the reference's order of elements.
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import type { ReduceAttributes } from '../../ir/float-operators.js'
import { stridesOf } from '../../ir/layout.js'
import { bytesPerElement, isQuantizedType, sizeOf } from '../../ir/types.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { elementType } from '../element-type.js'
import { inputValues } from '../input-values.js'
import { resultConstants } from '../output-quantum.js'
import { identityValues } from '../resize/quanta.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

/** As assembly/reduce numbers them. */
const operations: Record<ReduceAttributes['operation'], number> = {
  sum: 0,
  mean: 1,
  absolute_sum: 2,
  square_sum: 3,
  root_square_sum: 4,
  product: 5,
  maximum: 6,
  minimum: 7,
}

export const reduce = defineOperator({
  name: 'reduce',
  summary: 'sums, means, products, maxima and minima over axes',
  layout: 'strided',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { operation, axes, start } = node.attributes
    // Extremes of quanta are those of the integers as float32.
    const isOfQuanta = isQuantizedType(input.type) && node.attributes.inputValues === null
    const identity = { scale: 1, zeroPoint: 0 }
    const values = inputValues(
      isOfQuanta ? identityValues(input.type) : node.attributes.inputValues,
      input.type,
    )
    const quantization = isOfQuanta ? identity : node.attributes.output
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'reduce',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          INPUT_ELEMENT: { kind: 'type', value: elementType(node, input) },
          ...values.constants,
          VALUES: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          OPERATION: { kind: 'i32', value: operations[operation] },
          START: { kind: 'f32', value: start },
          COUNT: { kind: 'f32', value: sizeOf(axes.map((axis) => input.shape[axis]!)) },
          ...resultConstants(quantization, output.type),
          ...loops(node, input, output),
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: values.segment.length,
        segment: values.segment,
        requantizer: node.attributes.output ? 'float' : null,
      },
    ]
  },
})

interface Loop {
  readonly count: number
  readonly from: number
  readonly to: number
}

const loopLimit = 3

/** KEPT_0.. (outermost) with steps of input and output, REDUCED_0.. in the model's order of axes; steps in bytes. */
function loops(
  node: TypedNode<'reduce'>,
  input: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const { axes } = node.attributes
  const from = stridesOf(input.shape, input.layout.order)
  const to = stridesOf(output.shape, output.layout.order)
  const isKept = (axis: number) => !axes.includes(axis)
  const keepsDimensions = output.shape.length === input.shape.length
  const outputAxis = (axis: number) =>
    keepsDimensions ? axis : Array.from({ length: axis }, (_, a) => a).filter(isKept).length
  const loopOf = (axis: number): Loop => ({
    count: input.shape[axis]!,
    from: from[axis]! * bytesPerElement(input.type),
    to: isKept(axis) ? to[outputAxis(axis)]! * bytesPerElement(output.type) : 0,
  })
  const all = input.shape.map((_, axis) => axis).filter((axis) => input.shape[axis]! > 1)
  const kept = merged(
    all
      .filter(isKept)
      .map(loopOf)
      .sort((a, b) => b.to - a.to),
  )
  const reduced = merged(all.filter((axis) => !isKept(axis)).map(loopOf))
  if (kept.length > loopLimit || reduced.length > loopLimit) throw tooManyLoops(node)
  return { ...named('KEPT', kept), ...named('REDUCED', reduced) }
}

/** Neighbours that step evenly are one loop. */
function merged(loops: readonly Loop[]): Loop[] {
  const result: Loop[] = []
  for (const inner of loops) {
    const outer = result.at(-1)
    const isEven = outer && outer.from === inner.from * inner.count && outer.to === inner.to * inner.count
    if (isEven) result[result.length - 1] = { ...inner, count: outer.count * inner.count }
    else result.push(inner)
  }
  return result
}

function named(name: string, loops: readonly Loop[]): Record<string, KernelConstant> {
  const constants: Record<string, KernelConstant> = {}
  for (let position = 0; position < loopLimit; position++) {
    const loop = loops[position - loopLimit + loops.length] ?? { count: 1, from: 0, to: 0 }
    constants[`${name}_${position}`] = { kind: 'usize', value: loop.count }
    constants[`${name}_STEP_${position}`] = { kind: 'usize', value: loop.from }
    if (name === 'KEPT') constants[`OUTPUT_STEP_${position}`] = { kind: 'usize', value: loop.to }
  }
  return constants
}

const tooManyLoops = ({ name, operator }: TypedNode<'reduce'>) =>
  new CapletError({
    code: 'too-many-dimensions',
    message: `This reduction needs more than ${loopLimit} nested loops over kept or over reduced axes.`,
    remedy: 'Merge neighbouring dimensions with a Reshape before it.',
    node: name,
    operator,
  })
