// SPDX-License-Identifier: Apache-2.0
// The project's own Python environment (.venv/): wasmtime, ONNX and ONNX Runtime at the versions of
// test/requirements.txt. Made once; renewed when the requirements or the interpreter change.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, root, run } from './process.mjs'

const folder = join(root, '.venv')
const requirements = join(root, 'test', 'requirements.txt')
const inside = join(folder, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']))
const oldest = [3, 11]

const remedy = `install Python ${oldest.join('.')} or newer (with its venv module), or name one in CAPLET_PYTHON`

/** First usable interpreter: [program, ...arguments] and its version; null where there is none. */
function findInterpreter() {
  const named = process.env.CAPLET_PYTHON
  const candidates = named ? [[named]] : [['python3'], ['python'], ['py', '-3']]
  for (const [program, ...args] of candidates) {
    const script = 'import sys, venv; print("%d.%d.%d" % sys.version_info[:3])'
    const version = capture(program, [...args, '-c', script])
    if (!version) continue
    const [major, minor] = version.split('.').map(Number)
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return { program, args, version }
  }
  return null
}

/**
 * Makes the environment where it is missing or out of date.
 * Returns { python } (path of its interpreter) or { reason, remedy } where it cannot be had.
 */
export function providePython() {
  const interpreter = findInterpreter()
  if (!interpreter) return { reason: `no Python ${oldest.join('.')} or newer found`, remedy }
  const wanted = createHash('sha256')
    .update(readFileSync(requirements))
    .update(interpreter.version)
    .digest('hex')
  const stamp = join(folder, 'caplet-requirements.sha256')
  if (existsSync(stamp) && existsSync(inside) && readFileSync(stamp, 'utf8') === wanted)
    return { python: inside }

  console.log(
    `Python ${interpreter.version}: installing test/requirements.txt into .venv/ (once, about a minute)`,
  )
  rmSync(folder, { recursive: true, force: true })
  if (run(interpreter.program, [...interpreter.args, '-m', 'venv', folder]) !== 0) {
    return { reason: 'Python could not make a virtual environment', remedy }
  }
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
  if (run(inside, install) !== 0) {
    rmSync(folder, { recursive: true, force: true })
    return { reason: 'pip could not install test/requirements.txt', remedy: 'see the messages of pip above' }
  }
  writeFileSync(stamp, wanted)
  return { python: inside }
}
