// SPDX-License-Identifier: Apache-2.0
// A step that the host's kernel carries out: the glue kernel assembly/host-layer with the addresses, and a segment that
// begins with the parameter block.
import type { KernelConstant, ProgramTensor, Step } from '../codegen/program.js'
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

/** A layer that is lowered to the host's kernel from the start. */
export function hostStep(layer: HostLayer): Step {
  const { kernel, input, output, scratchBytes, block, contents, ...facts } = layer
  return {
    ...facts,
    kernel: 'host-layer',
    hostKernel: kernel,
    constants: callConstants(kernel, {
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      SCRATCH: scratchBytes > 0 ? { kind: 'scratch', offset: 0 } : none,
    }),
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: alignUp(scratchBytes, 8),
    segment: fillUp(joinBytes([block, ...contents])),
  }
}

export interface HostCall {
  readonly kernel: HostKernel
  readonly input: KernelConstant
  readonly output: KernelConstant
  readonly second?: KernelConstant
  readonly block: Uint8Array
  readonly contents: Uint8Array
}

/** The same step, by the host's kernel instead of the portable one, without scratch. */
export function callInstead(step: Step, { kernel, input, output, second, block, contents }: HostCall): Step {
  return {
    ...step,
    kernel: 'host-layer',
    hostKernel: kernel,
    constants: callConstants(kernel, { INPUT: input, OUTPUT: output, SCRATCH: second ?? none }),
    scratchBytes: 0,
    segment: fillUp(joinBytes([block, contents])),
  }
}

const none: KernelConstant = { kind: 'usize', value: 0 }

const callConstants = (
  kernel: HostKernel,
  places: Record<'INPUT' | 'OUTPUT' | 'SCRATCH', KernelConstant>,
): Record<string, KernelConstant> => ({
  callHost: { kind: 'code', symbol: hostKernels[kernel].symbol, from: 'host-kernels' },
  PARAMETERS: { kind: 'segment', offset: 0 },
  ...places,
})

/** Blocks stay aligned to 4 within the segment. */
function fillUp(bytes: Uint8Array): Uint8Array {
  const filled = new Uint8Array(alignUp(bytes.length, 4))
  filled.set(bytes)
  return filled
}
