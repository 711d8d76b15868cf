// SPDX-License-Identifier: Apache-2.0
// Files that the package carries and the build reads: assembly/ (kernels and primitives), asconfig.json, templates/.
// Found from this file upwards, so that it works from source and from dist/.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { internalError } from './internal-error.js'

const here = dirname(fileURLToPath(import.meta.url))

function findRoot(): string {
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'asconfig.json')) && existsSync(join(folder, 'assembly'))) return folder
    if (folder === dirname(folder)) throw internalError('The package has no assembly folder.')
  }
}

/** Line endings as in the repository, whatever the checkout made of them: emitted text must not depend on it. */
const readText = (path: string) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n')

export const readTemplate = (name: string): string => readText(join(here, 'templates', name))

export const readAsconfig = (): string => readText(join(findRoot(), 'asconfig.json'))

const readSources = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => [name, readText(join(folder, name))]),
  )

/** The twin of the host kernels, assembly/twin/, with the shared files that it imports; by path. */
export function twinSources(): Map<string, string> {
  const folder = join(findRoot(), 'assembly')
  const own = [...readSources(join(folder, 'twin'))].map(([name, text]) => [`twin/${name}`, text] as const)
  return new Map([...readSources(folder), ...own])
}

/** Hand-written AssemblyScript: shared files, and kernels by folder. */
export interface Assembly {
  /** assembly/*.ts by file name. */
  shared(): ReadonlyMap<string, string>
  /** Files of assembly/<kernel>/ by name; kernel.ts and constants.ts are always among them. */
  kernel(name: string): ReadonlyMap<string, string>
}

/** The package's own assembly/, or another folder of the same form (tests); read once per object. */
export function assemblyFolder(folder = join(findRoot(), 'assembly')): Assembly {
  const kernels = new Map<string, ReadonlyMap<string, string>>()
  let shared: ReadonlyMap<string, string> | undefined
  return {
    shared: () => (shared ??= readSources(folder)),
    kernel(name) {
      const known = kernels.get(name)
      if (known) return known
      if (!existsSync(join(folder, name, 'kernel.ts')) || !existsSync(join(folder, name, 'constants.ts'))) {
        throw internalError(`There is no kernel assembly/${name} with its sample constants.`)
      }
      const files = readSources(join(folder, name))
      kernels.set(name, files)
      return files
    },
  }
}
