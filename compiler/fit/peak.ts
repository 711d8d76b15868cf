// SPDX-License-Identifier: Apache-2.0
// Where the arena is fullest, and what would make it smaller. Every alternative that is named has been computed.
import { layoutMemory, memoryGraph } from '../codegen/memory-layout.js'
import type { Program } from '../codegen/program.js'
import type { CompileOptions } from '../compile.js'
import { CapletError } from '../errors.js'
import { analyzeLifetimes, type Lifetimes } from '../memory/lifetimes.js'
import { alignUp, defaultAlignment } from '../memory/plan.js'

export interface LiveBlock {
  /** Every tensor that shares the bytes; of scratch: the node's name, then .scratch. */
  readonly names: readonly string[]
  readonly bytes: number
}

export interface Peak {
  /** Name of the node that runs while most bytes live; null: while the host writes the inputs or reads the outputs. */
  readonly node: string | null
  readonly operator: string | null
  /** Aligned bytes that live then: no plan can need less. */
  readonly bytes: number
  /** Largest first. */
  readonly blocks: readonly LiveBlock[]
  /** Most bytes that live at any other node: as far down as changing this node alone can bring the peak. */
  readonly elsewhere: number
}

export function peakOf(program: Program): Peak {
  const lifetimes = analyzeLifetimes(memoryGraph(program))
  const slots = Array.from({ length: lifetimes.nodeCount + 2 }, (_, index) => index - 1)
  const live = slots.map((slot) => ({ slot, blocks: liveIn(lifetimes, slot) }))
  const ranked = live
    .map(({ slot, blocks }) => ({ slot, blocks, bytes: blocks.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .sort((a, b) => b.bytes - a.bytes || a.slot - b.slot)
  const [peak] = ranked
  const step = program.steps[peak!.slot]
  const other = ranked.find(({ slot }) => program.steps[slot]?.name !== step?.name)
  return {
    node: step?.name ?? null,
    operator: step?.operator ?? null,
    bytes: peak!.bytes,
    blocks: [...peak!.blocks].sort((a, b) => b.bytes - a.bytes),
    elsewhere: other?.bytes ?? 0,
  }
}

function liveIn(lifetimes: Lifetimes, slot: number): LiveBlock[] {
  const names = lifetimes.blocks.map((): string[] => [])
  // A state's block lies behind them.
  for (const { name, block } of lifetimes.tensors.values()) names[block]?.push(name)
  return lifetimes.blocks.flatMap(({ name, bytes, firstUse, lastUse }, index) => {
    if (bytes === 0 || slot < firstUse || slot > lastUse) return []
    const own = names[index]!
    return [{ names: own.length > 0 ? own : [name], bytes: alignUp(bytes, defaultAlignment) }]
  })
}

/** Something that lowers the arena. */
export interface Remedy {
  readonly change: string
  readonly arena: number
}

type Lower = (options: CompileOptions) => Program

/** null where the model does not take the options. */
function attempt(work: () => Program): Program | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof CapletError) return null
    throw error
  }
}

/** The options that would make the arena smaller, the best first. `lower` compiles as far as the memory plan. */
export function smallerArenas(options: CompileOptions, arena: number, lower: Lower): Remedy[] {
  const current: Readonly<Record<string, unknown>> = { ...options }
  const candidates: readonly { change: string; options: Partial<CompileOptions> }[] = [
    { change: '--io quantized (the host quantizes the inputs)', options: { io: 'quantized' } },
    { change: '--edge-layout nhwc (the host delivers channels last)', options: { edgeLayout: 'nhwc' } },
  ]
  return candidates
    .filter(({ options: other }) => Object.entries(other).some(([key, value]) => current[key] !== value))
    .flatMap(({ change, options: other }) => {
      const program = attempt(() => lower({ ...options, ...other }))
      return program ? [{ change, arena: layoutMemory(program, true).arena }] : []
    })
    .filter((remedy) => remedy.arena < arena)
    .sort((a, b) => a.arena - b.arena)
}
