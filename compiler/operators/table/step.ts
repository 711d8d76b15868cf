// SPDX-License-Identifier: Apache-2.0
// A lookup, as a step of the kernel assembly/table: also what other operators become when they have one 8-bit input.
import type { ProgramTensor, Step } from '../../codegen/program.js'
import { bytesPerElement, type Data } from '../../ir/types.js'
import { splitAt } from '../axis-split.js'
import { bytesOf } from '../segment.js'
import { noWork, type StepOrigin } from '../strided-copy.js'

interface Tables {
  /** 256 entries, or 256 per coordinate along `axis`, in the output's type. */
  readonly table: Data
  readonly axis: number | null
}

/** Pre: input and output have one shape and one storage order; output elements of 1 or 4 bytes. */
export function tableStep(
  { name, operator }: StepOrigin,
  { table, axis }: Tables,
  input: ProgramTensor,
  output: ProgramTensor,
): Step {
  const elementBytes = bytesPerElement(output.type)
  const { outer, length, inner } = splitAt(input, axis)
  return {
    ...noWork,
    name,
    operator,
    kernel: 'table',
    constants: {
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      TABLE: { kind: 'segment', offset: 0 },
      SCRATCH: { kind: 'scratch', offset: 0 },
      ELEMENT: { kind: 'type', value: elementBytes === 4 ? 'i32' : 'u8' },
      OUTER: { kind: 'usize', value: outer },
      CHANNELS: { kind: 'usize', value: length },
      INNER: { kind: 'usize', value: inner },
    },
    inputs: [input.name],
    outputs: [output.name],
    inPlace: elementBytes === 1 ? [{ input: 0, output: 0 }] : [],
    scratchBytes: 256 * elementBytes,
    segment: bytesOf(table),
  }
}
