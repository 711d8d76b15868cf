// SPDX-License-Identifier: Apache-2.0
// What a benchmark measures: runs of one capsule in one runtime, and who can make them.
import type { Capsule } from '../../compiler/codegen/capsule.js'
import type { Program } from '../../compiler/codegen/program.js'
import type { Part } from '../device/footprint.js'
import type { OptimizationLevel } from '../device/tiers.js'
import type { Availability, EdgeBytes } from '../runtime.js'

export type Tier = 'portable' | 'accelerated' | 'native'

/** One form of the model's capsule, and the program that it computes. */
export interface Form {
  readonly capsule: Capsule
  readonly program: Program
}

export interface Subject {
  /** Compiled on first use. */
  form(tier: 'portable' | 'accelerated'): Promise<Form>
  /** The same for every runtime; the first is an ordinary one. */
  readonly inputs: readonly EdgeBytes[]
  /** Also count node by node. */
  readonly withNodes: boolean
  /** On boards: of native code and of an interpreter's loop; the rest is compiled for size. */
  readonly level: OptimizationLevel
}

export interface NodeCost {
  readonly name: string
  readonly operator: string
  readonly macs: number
  readonly cost: number
}

/** Bytes, by whose they are. */
export type ByPart = Readonly<Record<Part, number>>

/** What an emulated board measures. */
export interface DeviceCost {
  readonly board: string
  readonly level: OptimizationLevel
  /** Instructions of caplet_open. */
  readonly open: number
  /** Bytes of stack, painted: the most that caplet_open, caplet_invoke and caplet_selftest use. */
  readonly stack: number
  /** Bytes of the memory given to caplet_open (handle, engine heap, linear memory): once open, and at most. */
  readonly memory: { readonly open: number; readonly most: number }
  readonly flash: ByPart
  /** .data and .bss, without the memory given to caplet_open. */
  readonly ram: ByPart
}

export interface Run {
  readonly runtime: string
  readonly version: string
  readonly tier: Tier
  /** What is counted: executed WebAssembly operators, or instructions of the processor. */
  readonly unit: 'operators' | 'instructions'
  /** Of one call of invoke: the most over all inputs. */
  readonly cost: number
  /** Most less least over all inputs. */
  readonly spread: number
  /** null where it was not asked for. */
  readonly nodes: readonly NodeCost[] | null
  /** null on a laptop. */
  readonly device: DeviceCost | null
  readonly capsule: Capsule
}

/** Something that counts. */
export interface Meter {
  readonly name: string
  readonly tier: Tier
  availability(): Promise<Availability>
  /** Pre: available. */
  measure(subject: Subject): Promise<Run>
}

/** Most and spread of the counts of several inputs. */
export function overInputs(counts: readonly number[]): { cost: number; spread: number } {
  const most = Math.max(...counts)
  return { cost: most, spread: most - Math.min(...counts) }
}

/** Codes of errors that mean that a board has no room for a capsule, or cannot run it. */
export const boardFaults: ReadonlySet<string> = new Set(['firmware-build', 'device-refused', 'device-failed'])
