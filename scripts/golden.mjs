// SPDX-License-Identifier: Apache-2.0
// npm run golden: writes every golden file anew. The diff is what a reviewer reads: look at it before committing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, tool } from './process.mjs'

if (process.env.CI === 'true') throw new Error('continuous integration never rewrites golden files')

const tests = ['compiler', 'runtime', 'test', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, path)))
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => readFileSync(join(root, path), 'utf8').includes('toMatchFileSnapshot('))

process.exitCode = run(process.execPath, [tool('vitest', 'vitest'), 'run', ...tests, '--update'])
