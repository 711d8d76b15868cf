// SPDX-License-Identifier: Apache-2.0
// The project's own Python environments: .venv/ with wasmtime, ONNX and ONNX Runtime at the versions of
// test/requirements.txt, and one under build/ with the older TFLite Micro, which cannot live beside the newer one. Made
// once; renewed when the requirements or the interpreter change.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { capture, root, run } from './process.mjs'

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

/** The environment of most tests and tools. */
export const providePython = () => provide(join(root, '.venv'), 'requirements.txt')

/** TFLite Micro as it was before October 2026's change of rule; its wheel exists for this one platform. */
export function provideOlderTflite() {
  if (process.platform === 'linux' && process.arch === 'x64')
    return provide(join(root, 'build', 'tflite-micro-float32'), 'requirements-tflite-float32.txt')
  return { reason: 'TFLite Micro exists for Linux on x86-64 alone', remedy: 'use that platform' }
}

/**
 * Makes an environment where it is missing or out of date.
 * Returns { python } (path of its interpreter) or { reason, remedy } where it cannot be had.
 */
function provide(folder, file) {
  const interpreter = findInterpreter()
  if (!interpreter) return { reason: `no Python ${oldest.join('.')} or newer found`, remedy }
  const requirements = join(root, 'test', file)
  const place = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
  const inside = join(folder, ...place)
  const wanted = createHash('sha256')
    .update(readFileSync(requirements))
    .update(interpreter.version)
    .digest('hex')
  const stamp = join(folder, 'caplet-requirements.sha256')
  if (existsSync(stamp) && existsSync(inside) && readFileSync(stamp, 'utf8') === wanted)
    return { python: inside }

  const shown = relative(root, folder)
  console.log(`Python ${interpreter.version}: installing test/${file} into ${shown}/ (once, about a minute)`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  if (run(interpreter.program, [...interpreter.args, '-m', 'venv', folder]) !== 0) {
    return { reason: 'Python could not make a virtual environment', remedy }
  }
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
  if (run(inside, install) !== 0) {
    rmSync(folder, { recursive: true, force: true })
    return { reason: `pip could not install test/${file}`, remedy: 'see the messages of pip above' }
  }
  writeFileSync(stamp, wanted)
  return { python: inside }
}
