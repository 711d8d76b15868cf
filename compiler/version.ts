// SPDX-License-Identifier: Apache-2.0
// The version of this compiler, as its package.json states it; manifests and reports carry it.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Found from this file upwards, so that it works from source and from dist/. */
export function compilerVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}
