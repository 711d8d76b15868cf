// SPDX-License-Identifier: Apache-2.0
// What to compile for an engine: its own sources, and the shim's binding to it.
import { join } from 'node:path'
import { targetsFolder } from '../device/folders.js'
import { type EngineName, engineList, enginesFolder } from './list.js'
import { engineSources } from './sources.js'

export const shimFolder = join(targetsFolder, 'shim')

/** The shim without an engine. */
export const shimSources: readonly string[] = [
  'caplet.c',
  'caplet_accept.c',
  'caplet_descriptor.c',
  'caplet_heap.c',
  'caplet_module.c',
  'caplet_quantize.c',
  'caplet_trim.c',
].map((name) => join(shimFolder, name))

export interface EngineBuild {
  /** Of the caplet_engine, for caplet_options. */
  readonly symbol: string
  /** The loop that executes operators: optimize it for speed. */
  readonly interpreter: readonly string[]
  /** The rest: for size. */
  readonly sources: readonly string[]
  readonly includes: readonly string[]
  /** Definitions; for the sources and for the binding alike. */
  readonly flags: readonly string[]
  /** The project's own file, which compiles without warnings where the includes are system includes. */
  readonly binding: string
}

/** `isSmall`: its loop is compiled with -Os. Throws CapletError 'engine-sources'. */
export async function engineBuild(name: EngineName, isSmall = false): Promise<EngineBuild> {
  const engine = engineList.engines[name]
  const build = engineList.builds[engine.source]
  const folder = await engineSources(engine.source)
  const own = (paths: readonly string[]) => paths.map((path) => join(enginesFolder, path))
  const theirs = (paths: readonly string[]) => paths.map((path) => join(folder, path))
  return {
    symbol: engine.symbol,
    interpreter: theirs(engine.interpreter),
    sources: [...theirs(build.files), ...own(build.ownFiles)],
    includes: [...own(build.ownIncludes), ...theirs(build.includes)],
    flags: [...build.defines, ...engine.defines, ...(isSmall ? engine.small : [])].map(
      (define) => `-D${define}`,
    ),
    binding: join(shimFolder, engine.binding),
  }
}
