// SPDX-License-Identifier: Apache-2.0
// The plan of everything that a program keeps in memory: the arena, whose bytes are used again and again within a run, and
// behind it the states, whose bytes are used for nothing else.
//
//   base                    arena (multiple of 16)
//   | tensors, scratch ...  | state | state |
import type { Lifetimes } from './lifetimes.js'
import { alignUp, type Plan, type PlanOptions, planMemory } from './plan.js'

export interface LifetimePlan extends Plan {
  /** Those of the lifetimes' `blocks`, then those of their `states`. */
  readonly placements: Plan['placements']
  /** Bytes from the arena's end to the last state's; a multiple of the alignment. */
  readonly state: number
}

/** WebAssembly runtimes that shrink the memory to __heap_base work in units of 16 bytes. */
export const memoryUnit = 16

export function planLifetimes(lifetimes: Lifetimes, options: PlanOptions = {}): LifetimePlan {
  const { base = 0 } = options
  const plan = planMemory(lifetimes.blocks, options)
  const begin = alignUp(base + plan.arena, memoryUnit)
  let end = begin
  const states = lifetimes.states.map((block) => {
    const offset = end
    end = alignUp(offset + block.bytes, plan.alignment)
    return { ...block, offset }
  })
  return { ...plan, placements: [...plan.placements, ...states], state: end - begin }
}
