// SPDX-License-Identifier: Apache-2.0
// The finished product of a compilation, before it is written anywhere.
import type { Manifest } from './manifest.js'
import type { Edge } from './program.js'

export interface Contract {
  readonly name: string
  readonly reference: string
  readonly version: string
  /** Contract `tflite` alone: in which precision the reference formed its multipliers. */
  readonly multipliers?: 'float64' | 'float32'
}

/** One step of the report. Byte counts of a segment that an earlier step shares are zero. */
export interface StepReport {
  readonly name: string
  readonly operator: string
  /** null: no code, the output is a view of the input. */
  readonly kernel: string | null
  /** Folder of the step's source, null for a view. */
  readonly source: string | null
  readonly macs: number
  readonly weightBytes: number
  readonly segmentOffset: number
  readonly segmentBytes: number
  readonly scratchBytes: number
  readonly requantizer: string | null
  readonly proof: number
}

export interface CapsuleSizes {
  /** The whole wasm file. */
  readonly bytes: number
  /** Contents of its code section. */
  readonly code: number
  /** int8 and int16 weights and int32 biases; tables and requantization records are not counted. */
  readonly weights: number
  /** The whole passive segment. */
  readonly segment: number
  /** Contents of the custom section caplet.manifest. */
  readonly manifest: number
  readonly descriptor: number
}

/**
 * Linear memory. total = arena + state + tables = __heap_base.
 * The arena is activations, scratch and tile buffers, and the 16 bytes at address 0 that stay unused.
 */
export interface CapsuleMemory {
  readonly arena: number
  readonly state: number
  readonly tables: number
  readonly total: number
}

/** Where everything is in linear memory. */
export interface MemoryLayout {
  /** Address of every tensor of the program. */
  readonly addresses: ReadonlyMap<string, number>
  /** Address of each step's scratch, by index; the arena's base where it has none. */
  readonly scratch: readonly number[]
  /** End of the highest block, a multiple of 16. */
  readonly arena: number
  /** Bytes behind it that keep their value from one `invoke` to the next, a multiple of 16. */
  readonly state: number
  /** Most bytes of the arena that live at one time. */
  readonly peakLive: number
}

export interface PlacedEdge extends Edge {
  readonly offset: number
  readonly bytes: number
}

/** A capsule's functions, weights and descriptor as C, for targets/shim. */
export interface NativeFiles {
  readonly source: string
  readonly header: string
  /** What translated them. */
  readonly translator: { readonly name: 'wasm2c'; readonly version: string }
}

export interface Capsule {
  /** C prefix. */
  readonly name: string
  readonly wasm: Uint8Array
  /** The same network as a WASI command, where asked for. */
  readonly wasi: Uint8Array | null
  /** The same network for hosts with kernels (docs/kernels.md), where asked for. */
  readonly accelerated: Capsule | null
  /** The same functions as C for firmware, where asked for. */
  readonly native: NativeFiles | null
  /** The custom section caplet.manifest holds it as compact JSON, keys sorted. */
  readonly manifest: Manifest
  /** Contents of the custom section caplet.descriptor. */
  readonly descriptor: Uint8Array
  /** AssemblyScript by path: capsule.ts, one folder per step, shared primitives. */
  readonly sources: ReadonlyMap<string, string>
  readonly inputs: readonly PlacedEdge[]
  readonly outputs: readonly PlacedEdge[]
  readonly sizes: CapsuleSizes
  readonly memory: CapsuleMemory
  readonly layout: MemoryLayout
  readonly macs: number
  readonly steps: readonly StepReport[]
  readonly compilerVersion: string
  readonly contract: Contract
  readonly model: { readonly name: string; readonly sha256: string }
  /** Files beside the model that hold tensors of it, by path below the model's folder. */
  readonly externalData: readonly { readonly file: string; readonly sha256: string }[]
  /** Of `wasm`, lower-case hexadecimal. */
  readonly sha256: string
}
