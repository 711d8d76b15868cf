// SPDX-License-Identifier: Apache-2.0
// A step that the host's kernel carries out: the glue kernel assembly/host-layer with the addresses, and a segment that
// begins with the parameter block.
import type { ProgramTensor, Step } from '../codegen/program.js'
import { alignUp } from '../memory/plan.js'
import { joinBytes } from '../operators/segment.js'
import { type HostKernel, hostKernels } from './kernel-interface.js'

export interface HostLayer
  extends Pick<Step, 'name' | 'operator' | 'macs' | 'weightBytes' | 'requantizer' | 'proof'> {
  readonly kernel: HostKernel
  readonly input: ProgramTensor
  readonly output: ProgramTensor
  readonly scratchBytes: number
  readonly block: Uint8Array
  /** Records and weights, in the kernel's order. */
  readonly contents: readonly Uint8Array[]
}

export function hostStep(layer: HostLayer): Step {
  const { kernel, input, output, scratchBytes, block, contents, ...facts } = layer
  return {
    ...facts,
    kernel: 'host-layer',
    hostKernel: kernel,
    constants: {
      callHost: { kind: 'code', symbol: hostKernels[kernel].symbol, from: 'host-kernels' },
      PARAMETERS: { kind: 'segment', offset: 0 },
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      SCRATCH: scratchBytes > 0 ? { kind: 'scratch', offset: 0 } : { kind: 'usize', value: 0 },
    },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: alignUp(scratchBytes, 8),
    segment: fillUp(joinBytes([block, ...contents])),
  }
}

/** Blocks stay aligned to 4 within the segment. */
function fillUp(bytes: Uint8Array): Uint8Array {
  const filled = new Uint8Array(alignUp(bytes.length, 4))
  filled.set(bytes)
  return filled
}
