// SPDX-License-Identifier: Apache-2.0
// Gives every tensor and every step's scratch an address in linear memory:
//
//   0        16                            arena   total
//   | unused | tensors, scratch, tiles ... | state |
//
// Address 0 stays unused because hosts take it for a null pointer.

import { bytesPerElement, sizeOf } from '../ir/types.js'
import { addressOf, analyzeLifetimes, type MemoryGraph } from '../memory/lifetimes.js'
import { alignUp, defaultAlignment } from '../memory/plan.js'
import { memoryUnit, planLifetimes } from '../memory/plan-lifetimes.js'
import type { MemoryLayout } from './capsule.js'
import type { Program, ProgramTensor } from './program.js'

export const arenaBase = 16
export const bytesOf = (tensor: ProgramTensor): number => sizeOf(tensor.shape) * bytesPerElement(tensor.type)

export interface PlacedProgram extends MemoryLayout {
  /** Steps without a kernel whose output is not the input's own bytes: they copy. By step index. */
  readonly copies: ReadonlySet<number>
}

/**
 * With `reuseMemory` bytes are shared by views, in-place results and tensors that never live together; without it every
 * tensor has its own bytes, so that all of them can be read after `invoke`.
 * Pre: no graph output is a graph input or listed twice (passes/lower.ts).
 */
export function layoutMemory(program: Program, reuseMemory: boolean): PlacedProgram {
  return reuseMemory ? planned(program) : separate(program)
}

/** Step indices are the names here: several steps may carry out one node. */
export const memoryGraph = (program: Program): MemoryGraph => ({
  nodes: program.steps.map((step, index) => ({
    name: String(index),
    label: step.name,
    inputs: step.inputs,
    outputs: step.outputs,
    scratchBytes: step.scratchBytes,
    ...(step.inPlace ? { inPlace: step.inPlace } : {}),
    ...(step.kernel === null ? { views: [{ input: 0, output: 0 }] } : {}),
  })),
  tensors: [...program.tensors.values()].map((tensor) => ({ name: tensor.name, bytes: bytesOf(tensor) })),
  inputs: program.inputs.map((edge) => edge.tensor),
  outputs: program.outputs.map((edge) => edge.tensor),
  states: program.states ?? [],
})

function planned(program: Program): PlacedProgram {
  const lifetimes = analyzeLifetimes(memoryGraph(program))
  const plan = planLifetimes(lifetimes, { base: arenaBase })
  const addresses = new Map<string, number>()
  for (const name of lifetimes.tensors.keys()) addresses.set(name, addressOf(name, lifetimes, plan))
  const scratch = program.steps.map((_, index) => {
    const block = lifetimes.scratch.get(String(index))
    return block === undefined ? arenaBase : plan.placements[block]!.offset
  })
  const copies = new Set(lifetimes.copies.map((copy) => Number(copy.node)))
  const arena = alignUp(arenaBase + plan.arena, memoryUnit)
  const state = alignUp(plan.state, memoryUnit)
  return { addresses, scratch, arena, state, peakLive: plan.peakLive, copies }
}

function separate(program: Program): PlacedProgram {
  let end = arenaBase
  const take = (bytes: number) => {
    const address = end
    end = alignUp(end + bytes, defaultAlignment)
    return address
  }
  const addresses = new Map<string, number>()
  const states = new Set((program.states ?? []).map(({ before }) => before))
  const tensors = [...program.tensors.values()]
  for (const tensor of tensors) {
    if (!states.has(tensor.name)) addresses.set(tensor.name, take(bytesOf(tensor)))
  }
  const scratch = program.steps.map((step) => (step.scratchBytes > 0 ? take(step.scratchBytes) : arenaBase))
  const copies = new Set(program.steps.flatMap((step, index) => (step.kernel === null ? [index] : [])))
  const peakLive = end - arenaBase
  const arena = alignUp(end, memoryUnit)
  end = arena
  for (const name of states) addresses.set(name, take(bytesOf(program.tensors.get(name)!)))
  return { addresses, scratch, arena, state: alignUp(end, memoryUnit) - arena, peakLive, copies }
}
