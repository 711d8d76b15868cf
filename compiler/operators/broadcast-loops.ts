// SPDX-License-Identifier: Apache-2.0
// Loops of the elementwise kernels of several inputs: over the output as it lies in memory, with a step per loop for each input
// (numpy broadcasting: 0 where an input has length 1).
import type { KernelConstant, ProgramTensor } from '../codegen/program.js'
import { CapletError } from '../errors.js'
import { longAxes, stridesOf } from '../ir/layout.js'
import { bytesPerElement, sizeOf } from '../ir/types.js'
import type { StepOrigin } from './strided-copy.js'

interface Loop {
  readonly count: number
  /** Of each input. */
  readonly steps: readonly number[]
}

const loopLimit = 5

/** Constants COUNT_0.. (outermost), A_STEP_0.., B_STEP_0.. (bytes); unused outer loops turn once. */
export const broadcastLoops = (
  origin: StepOrigin,
  a: ProgramTensor,
  b: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> => loopsOver(origin, { A: a, B: b }, output)

/** The same for any number of inputs, by the names that their steps have in the kernel. */
export function loopsOver(
  origin: StepOrigin,
  inputs: Readonly<Record<string, ProgramTensor>>,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const all = Object.values(inputs).map((input) => steps(input, output))
  const loops: Loop[] = []
  for (const axis of longAxes(output.shape, output.layout.order)) {
    const inner: Loop = { count: output.shape[axis]!, steps: all.map((own) => own[axis]!) }
    const outer = loops.at(-1)
    const isEven = outer?.steps.every((step, i) => step === inner.steps[i]! * inner.count)
    if (outer && isEven) loops[loops.length - 1] = { ...inner, count: outer.count * inner.count }
    else loops.push(inner)
  }
  if (loops.length > loopLimit) throw tooManyLoops(origin, loops.length)
  const constants: Record<string, KernelConstant> = {}
  for (let position = 0; position < loopLimit; position++) {
    const loop = loops[position - loopLimit + loops.length]
    constants[`COUNT_${position}`] = { kind: 'usize', value: loop?.count ?? 1 }
    Object.keys(inputs).forEach((name, i) => {
      constants[`${name}_STEP_${position}`] = { kind: 'i32', value: loop?.steps[i] ?? 0 }
    })
  }
  return constants
}

/** Bytes from one element to the next along each axis of the output. */
function steps(input: ProgramTensor, output: ProgramTensor): number[] {
  const strides = stridesOf(input.shape, input.layout.order)
  const missing = output.shape.length - input.shape.length
  return output.shape.map((_, axis) => {
    const own = axis - missing
    return own < 0 || input.shape[own] === 1 ? 0 : strides[own]! * bytesPerElement(input.type)
  })
}

/** Inputs over which the output may be written: read element by element just before, in the same places. */
export function inPlaceInputs(inputs: readonly ProgramTensor[], output: ProgramTensor) {
  return inputs.flatMap((input, index) => {
    const isSame =
      sizeOf(input.shape) === sizeOf(output.shape) &&
      bytesPerElement(input.type) === bytesPerElement(output.type) &&
      sameSteps(steps(input, output), output)
    return isSame ? [{ input: index, output: 0 }] : []
  })
}

const sameSteps = (own: readonly number[], output: ProgramTensor): boolean => {
  const dense = stridesOf(output.shape, output.layout.order)
  const size = bytesPerElement(output.type)
  return output.shape.every((length, axis) => length === 1 || own[axis] === dense[axis]! * size)
}

const tooManyLoops = ({ name, operator }: StepOrigin, count: number) =>
  new CapletError({
    code: 'too-many-dimensions',
    message: `This broadcast needs ${count} nested loops; at most ${loopLimit} are possible.`,
    remedy: 'Merge neighbouring dimensions of both inputs with a Reshape before it.',
    node: name,
    operator,
  })
