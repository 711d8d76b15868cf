// SPDX-License-Identifier: Apache-2.0
// One interface for everything that runs a capsule. Bytes are an edge's own: its type, its order of dimensions,
// little-endian.
import { CapletError } from '../compiler/errors.js'
import type { ElementType } from '../compiler/ir/types.js'

export interface EdgeInfo {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  /** null where the edge is not quantized. */
  readonly scale: number | null
  readonly zero_point: number | null
  readonly offset: number
  readonly bytes: number
}

/** One value per edge, in the capsule's order. */
export type EdgeBytes = readonly Uint8Array[]

/** A capsule in this process. */
export interface OpenCapsule {
  readonly inputs: readonly EdgeInfo[]
  readonly outputs: readonly EdgeInfo[]
  invoke(inputs: EdgeBytes): Uint8Array[]
  /** Forgets what earlier calls left behind, as opening does; nothing where the capsule keeps no state. */
  reset(): void
  /** 0 = pass. Resets. */
  selftest(): number
  /** A copy of linear memory, as the last call left it. */
  read(address: number, bytes: number): Uint8Array
}

/** The files of one capsule. */
export interface CapsuleFiles {
  readonly wasm: Uint8Array
  /** The same network as a WASI command, for runtimes that are only a program; null where it was not built. */
  readonly wasi: Uint8Array | null
}

/** The slowest inference so far, by a board's own counter. */
export interface Pace {
  readonly ticks: number
  readonly ticksPerSecond: number
}

/** A capsule in any runtime. */
export interface RunningCapsule {
  readonly inputs: readonly EdgeInfo[]
  readonly outputs: readonly EdgeInfo[]
  /** One call of `invoke` for each entry, in order. */
  run(inputs: readonly EdgeBytes[]): Promise<Uint8Array[][]>
  /** Forgets what earlier calls left behind, as opening does; nothing where the capsule keeps no state. */
  reset(): Promise<void>
  /** Runs that many calls and gives the executed operators of each; null where the runtime does not count. */
  countOperators(inputs: readonly EdgeBytes[]): Promise<number[]> | null
  /** 0 = pass; null where the runtime cannot call it. Resets. */
  selftest(): Promise<number> | null
  /** Linear memory after the last call of `invoke`; null where the runtime cannot show it. */
  read(address: number, bytes: number): Promise<Uint8Array> | null
  /** Where the runtime is a real board; null before the first call. */
  pace?(): Pace | null
  close(): Promise<void>
}

export type Availability =
  /** needsWasi: it runs only the WASI form. */
  | { readonly version: string; readonly needsWasi: boolean }
  /** Why it does not run here, and how to get it. */
  | { readonly reason: string; readonly remedy: string }

export interface Runtime {
  readonly name: string
  /** It runs no capsule that calls host kernels. */
  readonly portableOnly?: boolean
  /** It runs the model's accelerated capsule, also where the portable one is verified. */
  readonly acceleratedOnly?: boolean
  availability(): Promise<Availability>
  /** Pre: available. Throws CapletError where the file is no capsule or the runtime rejects it. */
  open(files: CapsuleFiles): Promise<RunningCapsule>
  /** Ends what the runtime has started; it may be used again afterwards. */
  close(): Promise<void>
}

/** Throws CapletError where a value is missing or has the wrong size. */
export function checkInputs(edges: readonly EdgeInfo[], inputs: EdgeBytes): void {
  edges.forEach((edge, i) => {
    const input = inputs[i]
    if (input?.length === edge.bytes) return
    throw new CapletError({
      code: 'shape-mismatch',
      message: `Input "${edge.name}" needs ${edge.bytes} bytes, not ${input?.length ?? 0}`,
      remedy: `Give it the shape [${edge.shape}] of ${edge.type}.`,
    })
  })
}

/** A capsule never traps; a damaged one may. */
export const trapped = (runtime: string, words: string): CapletError =>
  new CapletError({
    code: 'capsule-trap',
    message: `The capsule trapped in ${runtime}: ${words}`,
    remedy:
      'The file is damaged, or this is a fault of Caplet: compile it again, and report it if it still traps.',
  })
