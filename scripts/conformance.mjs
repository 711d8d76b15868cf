// SPDX-License-Identifier: Apache-2.0
// npm run conformance: builds, has the node cases generated where the data sets are not here, and runs
// scripts/conformance.ts with the same arguments.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { providePython } from './python.mjs'

/** A folder with ONNX's node cases below onnx_node/, as the PyPI package makes them; null where it cannot be had. */
function generateNodeCases() {
  const { python, reason, remedy } = providePython()
  if (!python) {
    console.log(`no Python for the node cases (${reason}): ${remedy}; or name the data sets in CAPLET_ASSETS`)
    return null
  }
  const folder = join(root, 'build', 'conformance')
  const cases = join(folder, 'onnx_node')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(cases, { recursive: true })
  return run(python, [join('test', 'conformance', 'node_cases.py'), '-o', cases]) === 0 ? folder : null
}

function conformance() {
  if (run(process.execPath, [join('scripts', 'build.mjs')]) !== 0) return 1
  const given = process.env.CAPLET_ASSETS ?? join(root, '..', 'shared', 'assets')
  const assets = existsSync(join(given, 'onnx_node')) ? given : generateNodeCases()
  if (assets === null) return 1
  const script = join('dist', 'scripts', 'conformance.js')
  const env = { ...process.env, CAPLET_ASSETS: assets }
  return run(process.execPath, [script, ...process.argv.slice(2)], { env })
}

process.exitCode = conformance()
