// SPDX-License-Identifier: Apache-2.0
// Starting other programs, the same way on every system: never through a shell.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Path of the script behind a command of an installed package. */
export function tool(packageName, command) {
  const folder = join(root, 'node_modules', ...packageName.split('/'))
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[command])
}

/** Runs a program in the project's folder with its output shown. Returns the exit code; 127 where it is absent. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (result.error && result.error.code !== 'ENOENT') throw result.error
  return result.error ? 127 : (result.status ?? 1)
}

/** Runs a program and returns its trimmed output, or null where it is absent or fails. */
export function capture(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', ...options })
  return result.error || result.status !== 0 ? null : result.stdout.trim()
}

/** npm as a program and its first arguments: the script that npm names while it runs one, else the npm beside Node. */
export function npmCommand() {
  const named = process.env.npm_execpath
  if (named && /npm-cli\.[cm]?js$/.test(named)) return [process.execPath, named]
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return process.platform === 'win32' ? [process.execPath, beside] : ['npm']
}
