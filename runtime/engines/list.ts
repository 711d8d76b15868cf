// SPDX-License-Identifier: Apache-2.0
// targets/engines/engines.json: which files of each micro-runtime are compiled, and how. CMake reads the same file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { targetsFolder } from '../device/folders.js'

export type SourceName = 'wamr' | 'wasm3'
export type EngineName = 'wamr-fast' | 'wamr-classic' | 'wasm3'
export const engineNames: readonly EngineName[] = ['wamr-fast', 'wamr-classic', 'wasm3']

/** A published package that carries the engine's whole source tree. */
export interface EngineSource {
  readonly crate: string
  readonly version: string
  /** SHA-256 of the package, as the registry's index states it. */
  readonly checksum: string
  /** Of the source tree within the package. */
  readonly folder: string
  /** Variable that names a checkout to use instead. */
  readonly environment: string
  /** A file that a source tree must have. */
  readonly proof: string
}

interface Engine {
  readonly source: SourceName
  /** In targets/shim. */
  readonly binding: string
  /** The caplet_engine. */
  readonly symbol: string
  readonly defines: readonly string[]
  /** Further ones for the interpreter's loop at -Os: the way that is smaller there, and not slower. */
  readonly small: readonly string[]
  /** Files whose speed is the engine's speed; the others can be compiled for size. */
  readonly interpreter: readonly string[]
}

interface Build {
  readonly includes: readonly string[]
  readonly defines: readonly string[]
  readonly files: readonly string[]
  /** Below targets/engines. */
  readonly ownIncludes: readonly string[]
  readonly ownFiles: readonly string[]
}

interface EngineList {
  readonly sources: Readonly<Record<SourceName, EngineSource>>
  readonly engines: Readonly<Record<EngineName, Engine>>
  readonly builds: Readonly<Record<SourceName, Build>>
}

export const enginesFolder = join(targetsFolder, 'engines')

export const engineList: EngineList = JSON.parse(readFileSync(join(enginesFolder, 'engines.json'), 'utf8'))
