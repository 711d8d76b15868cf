// SPDX-License-Identifier: Apache-2.0
// Where the package's C sources are, and where firmware is built.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The nearest folder above this file that has targets/: works from source, from dist/ and from an installed package. */
function findPackage(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'targets', 'template')) && folder !== dirname(folder))
    folder = dirname(folder)
  return folder
}

export const packageFolder = findPackage()
export const targetsFolder = join(packageFolder, 'targets')

/** build/device in a clone; CAPLET_CACHE or the user's cache for an installed package, whose folder is not ours. */
export function buildFolder(): string {
  const named = process.env.CAPLET_CACHE
  if (named) return join(named, 'device')
  if (existsSync(join(packageFolder, 'tsconfig.build.json'))) return join(packageFolder, 'build', 'device')
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'caplet', 'device')
}
