// SPDX-License-Identifier: Apache-2.0
// Where the example's own files are, also when it runs from dist/, and where real records may be.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CapletError } from '../../compiler/errors.js'

/** The folder with package.json above this file. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('no package.json above the example')
    folder = parent
  }
  return folder
}

/** A committed file of this example. */
export function exampleFile(name: string): string {
  return join(packageRoot(), 'examples', 'ecg-beat', name)
}

/** The MIT-BIH records under CAPLET_ASSETS, by default ../shared/assets beside the checkout; null where there are none. */
export function recordsFolder(): string | null {
  const named = process.env.CAPLET_ASSETS
  const folder = join(named ?? join(packageRoot(), '..', 'shared', 'assets'), 'ecg_mitbih')
  if (existsSync(folder)) return folder
  if (named === undefined) return null
  throw new CapletError({
    code: 'unreadable-file',
    message: `CAPLET_ASSETS is set, but ${folder} does not exist`,
    remedy: 'Set it to the folder above ecg_mitbih, or unset it.',
    file: folder,
  })
}
