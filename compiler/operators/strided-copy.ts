// SPDX-License-Identifier: Apache-2.0
// Copies between two strided regions, as steps of the kernel assembly/strided-copy: what every operator that only
// moves elements is made of (transpose, slice, concat, pad, depth_to_space).
import type { KernelConstant, ProgramTensor, Step } from '../codegen/program.js'
import { CapletError } from '../errors.js'
import { stridesOf } from '../ir/layout.js'
import { bytesPerElement } from '../ir/types.js'

/** Where a loop over `counts` reads or writes: element (i0, i1, ...) lies `offset + sum of i * stride` elements in. */
export interface Region {
  readonly tensor: string
  readonly offset: number
  /** One per loop, in elements; may be negative, or 0 (the same element again). */
  readonly strides: readonly number[]
}

export interface Copy {
  readonly counts: readonly number[]
  readonly from: Region
  readonly to: Region
  readonly elementBytes: number
}

/** The step's own part that a copy does not decide. */
export interface StepOrigin {
  readonly name: string
  readonly operator: string
}

/** The box of a tensor that starts at `starts` (default: its first element), walked in the axes' own order. */
export function regionOf(
  tensor: ProgramTensor,
  starts?: readonly number[],
  steps?: readonly number[],
): Region {
  const strides = stridesOf(tensor.shape, tensor.layout.order)
  const offset = strides.reduce((sum, stride, axis) => sum + stride * (starts?.[axis] ?? 0), 0)
  return {
    tensor: tensor.name,
    offset,
    strides: strides.map((stride, axis) => stride * (steps?.[axis] ?? 1)),
  }
}

/** A whole-tensor copy into the other tensor's storage order. Pre: equal shapes and types. */
export function copyTensor(origin: StepOrigin, from: ProgramTensor, to: ProgramTensor): Step {
  return copyStep(origin, {
    counts: from.shape,
    from: regionOf(from),
    to: regionOf(to),
    elementBytes: bytesPerElement(from.type),
  })
}

/** The output is the input's bytes under another name: no code. */
export const viewStep = (origin: StepOrigin, input: string, output: string): Step => ({
  ...noWork,
  name: origin.name,
  operator: origin.operator,
  kernel: null,
  constants: {},
  inputs: [input],
  outputs: [output],
})

/** Step fields of code without weights, scratch and requantization. */
export const noWork = {
  scratchBytes: 0,
  segment: new Uint8Array(0),
  macs: 0,
  weightBytes: 0,
  requantizer: null,
  proof: 0,
} as const

interface Loop {
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Loops around the innermost run that the kernel has. */
const loopLimit = 6

/**
 * Pre: every count >= 1; the two regions do not overlap in memory.
 * `update`: an earlier step has written another part of the output.
 */
export function copyStep(origin: StepOrigin, copy: Copy, update = false): Step {
  const { elementBytes } = copy
  const loops = collapse(copy)
  let runBytes = elementBytes
  const innermost = loops.at(-1)
  if (innermost && innermost.from === elementBytes && innermost.to === elementBytes) {
    runBytes *= innermost.count
    loops.pop()
  }
  if (loops.length > loopLimit) throw tooManyLoops(origin, loops.length)
  const widest = [8, 4, 2, 1].find((bytes) => runBytes === bytes)
  return {
    ...noWork,
    name: origin.name,
    operator: origin.operator,
    kernel: 'strided-copy',
    constants: {
      INPUT: { kind: 'address', tensor: copy.from.tensor, offset: copy.from.offset * elementBytes },
      OUTPUT: { kind: 'address', tensor: copy.to.tensor, offset: copy.to.offset * elementBytes },
      ELEMENT: { kind: 'type', value: elementTypes[widest ?? 1]! },
      RUN_BYTES: { kind: 'usize', value: widest === undefined ? runBytes : 0 },
      ...loopConstants(loops),
    },
    inputs:
      update && copy.from.tensor !== copy.to.tensor ? [copy.from.tensor, copy.to.tensor] : [copy.from.tensor],
    outputs: [copy.to.tensor],
  }
}

const elementTypes: Record<number, 'i8' | 'i16' | 'i32' | 'i64'> = { 1: 'i8', 2: 'i16', 4: 'i32', 8: 'i64' }

/** Strides in bytes; loops of one turn gone, neighbours that step evenly merged, ordered by where they write. */
function collapse({ counts, from, to, elementBytes }: Copy): Loop[] {
  const loops = counts
    .map((count, index) => ({
      count,
      from: from.strides[index]! * elementBytes,
      to: to.strides[index]! * elementBytes,
    }))
    .filter((loop) => loop.count > 1)
    .sort((a, b) => Math.abs(b.to) - Math.abs(a.to))
  const merged: Loop[] = []
  for (const inner of loops) {
    const outer = merged.at(-1)
    const isEven = outer && outer.from === inner.from * inner.count && outer.to === inner.to * inner.count
    if (isEven) merged[merged.length - 1] = { ...inner, count: outer.count * inner.count }
    else merged.push(inner)
  }
  return merged
}

/** COUNT_0.. (outermost) to COUNT_5 (innermost); unused outer loops turn once. */
function loopConstants(loops: readonly Loop[]): Record<string, KernelConstant> {
  const constants: Record<string, KernelConstant> = {}
  const unused = loopLimit - loops.length
  for (let position = 0; position < loopLimit; position++) {
    const loop = loops[position - unused] ?? { count: 1, from: 0, to: 1 }
    constants[`COUNT_${position}`] = { kind: 'usize', value: loop.count }
    constants[`INPUT_STEP_${position}`] = { kind: 'i32', value: loop.from }
    constants[`OUTPUT_STEP_${position}`] = { kind: 'i32', value: loop.to }
  }
  return constants
}

const tooManyLoops = ({ name, operator }: StepOrigin, count: number) =>
  new CapletError({
    code: 'too-many-dimensions',
    message: `This copy needs ${count} nested loops; at most ${loopLimit} are possible.`,
    remedy: 'Merge neighbouring dimensions of the tensor with a Reshape before it.',
    node: name,
    operator,
  })
