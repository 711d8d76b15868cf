// SPDX-License-Identifier: Apache-2.0
// How much flash and RAM a capsule needs in each tier, by what they hold.
import type { Capsule } from '../codegen/capsule.js'
import { type CodeSize, codeSizeOf, estimate, type Measured, type TierMeasurement } from './measured.js'

export const tiers = ['portable', 'accelerated', 'native'] as const
export type Tier = (typeof tiers)[number]

/** A tier in an engine. */
export interface Way {
  readonly tier: Tier
  /** null: compiled code. */
  readonly engine: string | null
}

/** Bytes by what they hold; `total` is their sum. */
export interface FlashNeed {
  /** The capsule's own code and constants: the file, or in the native tier machine code, weights and descriptor. */
  readonly capsule: number
  readonly weights: number
  readonly shim: number
  readonly kernels: number
  readonly engine: number
  readonly libc: number
  readonly total: number
  /** `total` is at most so far from what an emulated board measures; 0: exact. */
  readonly within: number
}

export interface RamNeed {
  readonly arena: number
  readonly state: number
  readonly tables: number
  /** Of the memory given to caplet_open, what linear memory leaves: handle, engine heap, operand stack. */
  readonly engineHeap: number
  /** Of the thread that calls. */
  readonly stack: number
  /** .data and .bss. */
  readonly statics: number
  readonly total: number
  readonly within: number
}

export interface Need extends Way {
  /** On an emulated board, for this very capsule; else estimated. */
  readonly isMeasured: boolean
  readonly flash: FlashNeed
  readonly ram: RamNeed
  /** Bytes for options.memory of caplet_open: arena, state, tables and engine heap, the most that is possible. */
  readonly memory: number
}

export const keyOf = ({ tier, engine }: Way): string => (engine === null ? tier : `${engine} ${tier}`)

export function waysOn(measured: Measured, core: string): Way[] {
  return Object.keys(measured.cores[core] ?? {}).map((key) => {
    const [engine, tier] = key.split(' ')
    return tier === undefined ? { tier: 'native', engine: null } : { tier: tier as Tier, engine: engine! }
  })
}

export function needOf(way: Way, capsule: Capsule, measured: Measured, core: string): Need {
  // Where no layer suits the host kernels, the accelerated capsule is the portable one, and none is linked.
  const isPortable = way.tier === 'accelerated' && capsule.manifest.kernel_interface === null
  const measurement = measured.cores[core]![keyOf(isPortable ? { ...way, tier: 'portable' } : way)]!
  const size = codeSizeOf(capsule.wasm)
  const flash = flashNeed(measurement, capsule, size)
  const ram = ramNeed(measurement, capsule, size)
  const memory = capsule.memory.total + ram.engineHeap + measurement.engineHeap.within
  return { ...way, isMeasured: false, flash, ram, memory }
}

function flashNeed(
  { flash, code, constants }: TierMeasurement,
  { sizes }: Capsule,
  size: CodeSize,
): FlashNeed {
  const { shim, kernels, engine, libc } = flash
  const own = code ? estimate(code, size) + sizes.segment + sizes.descriptor + constants : sizes.bytes
  const total = own + shim + kernels + engine + libc
  const within = flash.within + (code?.within ?? 0)
  return { capsule: own, weights: sizes.weights, shim, kernels, engine, libc, total, within }
}

function ramNeed({ ram, engineHeap, stack }: TierMeasurement, { memory }: Capsule, size: CodeSize): RamNeed {
  const heap = estimate(engineHeap, size)
  const deepest = estimate(stack, size)
  const statics = ram.shim + ram.kernels + ram.engine + ram.libc
  return {
    arena: memory.arena,
    state: memory.state,
    tables: memory.tables,
    engineHeap: heap,
    stack: deepest,
    statics,
    total: memory.total + heap + deepest + statics,
    within: ram.within + engineHeap.within + stack.within,
  }
}
