// SPDX-License-Identifier: Apache-2.0
// Loops over the batch axes of a matrix product: over the row-major output, with a step per loop for each operand
// (numpy broadcasting: 0 where an operand has length 1 or lacks the axis).
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import { stridesOf } from '../../ir/layout.js'
import { bytesPerElement } from '../../ir/types.js'
import type { StepOrigin } from '../strided-copy.js'

interface Loop {
  readonly count: number
  readonly a: number
  readonly b: number
}

const loopLimit = 3

/** Constants COUNT_0.. (outermost), A_STEP_0.., B_STEP_0.. (bytes); unused outer loops turn once. */
export function batchLoops(
  origin: StepOrigin,
  a: ProgramTensor,
  b: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const loops: Loop[] = []
  for (let axis = 0; axis < output.shape.length - 2; axis++) {
    const inner = { count: output.shape[axis]!, a: step(a, output, axis), b: step(b, output, axis) }
    if (inner.count === 1) continue
    const outer = loops.at(-1)
    const isEven = outer && outer.a === inner.a * inner.count && outer.b === inner.b * inner.count
    if (isEven) loops[loops.length - 1] = { ...inner, count: outer.count * inner.count }
    else loops.push(inner)
  }
  if (loops.length > loopLimit) throw tooManyLoops(origin, loops.length)
  const constants: Record<string, KernelConstant> = {}
  for (let position = 0; position < loopLimit; position++) {
    const loop = loops[position - loopLimit + loops.length] ?? { count: 1, a: 0, b: 0 }
    constants[`COUNT_${position}`] = { kind: 'usize', value: loop.count }
    constants[`A_STEP_${position}`] = { kind: 'usize', value: loop.a }
    constants[`B_STEP_${position}`] = { kind: 'usize', value: loop.b }
  }
  return constants
}

function step(operand: ProgramTensor, output: ProgramTensor, axis: number): number {
  const own = axis - (output.shape.length - operand.shape.length)
  if (own < 0 || operand.shape[own] === 1) return 0
  return stridesOf(operand.shape, operand.layout.order)[own]! * bytesPerElement(operand.type)
}

const tooManyLoops = ({ name, operator }: StepOrigin, count: number) =>
  new CapletError({
    code: 'too-many-dimensions',
    message: `The batches of this matrix product need ${count} nested loops; at most ${loopLimit} are possible.`,
    remedy: 'Merge neighbouring batch dimensions of both operands with a Reshape before it.',
    node: name,
    operator,
  })
