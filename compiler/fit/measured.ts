// SPDX-License-Identifier: Apache-2.0
// What emulated boards have measured (runtime/bench/calibrate.ts writes measured.json), and what follows from it for a
// capsule that has not been measured: constants, and what grows with the number and the size of its functions.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ByteReader, readSections, sectionBytes, sectionIds } from '../codegen/module-sections.js'

/** Bytes = constant + perFunction * functions + perCodeByte * bytes of the code section, give or take `within`. */
export interface Estimate {
  readonly constant: number
  readonly perFunction: number
  readonly perCodeByte: number
  readonly within: number
}

/** Bytes that do not depend on the capsule, but for what the linker leaves out: at most `within` less or more. */
export interface FixedParts {
  readonly shim: number
  readonly kernels: number
  readonly engine: number
  readonly libc: number
  readonly within: number
}

/** One tier on one core. */
export interface TierMeasurement {
  /** Code and constants. */
  readonly flash: FixedParts
  /** .data and .bss. */
  readonly ram: FixedParts
  /** Of the memory given to caplet_open, what the capsule's linear memory leaves. */
  readonly engineHeap: Estimate
  readonly stack: Estimate
  /** Machine code; null where the capsule stays as it is. */
  readonly code: Estimate | null
  /** Constants of the native tier besides weight segment and descriptor. */
  readonly constants: number
}

export interface Measured {
  /** What writes the file. */
  readonly command: string
  /** Versions of compiler, emulator and engines. */
  readonly versions: Readonly<Record<string, string>>
  /** Number of networks that were measured. */
  readonly networks: number
  /** By core (name of a board's runtime), then by tier: native, or engine and form of the capsule. */
  readonly cores: Readonly<Record<string, Readonly<Record<string, TierMeasurement>>>>
}

const here = dirname(fileURLToPath(import.meta.url))

export const readMeasured = (): Measured => JSON.parse(readFileSync(join(here, 'measured.json'), 'utf8'))

/** What the sizes depend on. */
export interface CodeSize {
  readonly functions: number
  readonly bytes: number
}

export function codeSizeOf(wasm: Uint8Array): CodeSize {
  const code = sectionBytes(readSections(wasm), sectionIds.code)
  return { functions: new ByteReader(code).u32(), bytes: code.length }
}

/** The middle of the estimate, in whole bytes. */
export const estimate = (
  { constant, perFunction, perCodeByte }: Estimate,
  { functions, bytes }: CodeSize,
): number => Math.round(constant + perFunction * functions + perCodeByte * bytes)
