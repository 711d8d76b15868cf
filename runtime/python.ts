// SPDX-License-Identifier: Apache-2.0
// Finds a Python that has the packages wanted: CAPLET_PYTHON if it is set, else the project's own environment (.venv/),
// else the first of python3, python and py.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const environment =
  process.platform === 'win32' ? ['.venv', 'Scripts', 'python.exe'] : ['.venv', 'bin', 'python']

/** Path of the interpreter; null where none can import all of them. One that is named and cannot is not replaced. */
export async function findPython(...packages: readonly string[]): Promise<string | null> {
  const named = process.env.CAPLET_PYTHON
  for (const candidate of named ? [named] : candidates()) {
    const found = await promisify(execFile)(candidate, ['-c', `import ${packages.join(', ')}`]).then(
      () => true,
      () => false,
    )
    if (found) return candidate
  }
  return null
}

/** The Python of the environment with the older TFLite Micro (scripts/python.mjs), or the one that is named. */
export async function findOlderTflitePython(): Promise<string | null> {
  const own = join(packageFolder(), 'build', 'tflite-micro-float32', 'bin', 'python')
  return process.env.CAPLET_OLDER_TFLITE ?? (existsSync(own) ? own : null)
}

function candidates(): string[] {
  const own = join(packageFolder(), ...environment)
  return [...(existsSync(own) ? [own] : []), 'python3', 'python', 'py']
}

/** The nearest folder above this file that has a package.json; works from source and from dist/. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}
