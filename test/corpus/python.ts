// SPDX-License-Identifier: Apache-2.0
// Runs the scripts of this folder in the project's own Python; what they write goes below build/.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(here))

/** The interpreter of test/requirements.txt, which `npm test` provides; null where there is none. */
export const python: string | null = process.env.CAPLET_PYTHON ?? ownPython()
export const withoutPython = 'no Python with test/requirements.txt (CAPLET_PYTHON)'

function ownPython(): string | null {
  const inside = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
  const path = join(root, '.venv', ...inside)
  return existsSync(path) ? path : null
}

/** The data sets outside the project (CAPLET_ASSETS); null where they are not here. */
export function assetsFolder(): string | null {
  const folder = process.env.CAPLET_ASSETS ?? join(root, '..', 'shared', 'assets')
  return existsSync(join(folder, 'models')) ? folder : null
}
export const withoutAssets = 'no data sets (CAPLET_ASSETS names the folder that holds models/)'

/** Runs a script into the empty folder build/NAME; gives the folder. Pre: `python` is not null. */
export function writeModels(script: string, name: string, ...args: string[]): string {
  const folder = join(root, 'build', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync(python!, [join(here, script), ...args, '-o', folder], { encoding: 'utf8', stdio: 'pipe' })
  return folder
}
