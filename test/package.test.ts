// SPDX-License-Identifier: Apache-2.0
// The npm package as a user gets it: packed, installed outside the repository, and used there.
// Needs dist/ (npm run build; npm test does it first) and npm's cache or its registry for the dependencies.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { version, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** npm as a program and its first arguments; npm names its own script in npm_execpath while it runs one. */
function npmCommand(): [string, string[]] {
  const named = process.env.npm_execpath
  if (named && /npm-cli\.[cm]?js$/.test(named)) return [process.execPath, [named]]
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return process.platform === 'win32' ? [process.execPath, [beside]] : ['npm', []]
}

function npm(folder: string, ...args: string[]): string {
  const [program, first] = npmCommand()
  // Variables of the npm that runs these tests would make the inner one believe it is in the repository.
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config_local|package_|lifecycle)/.test(name),
  )
  const env = { ...Object.fromEntries(entries), INIT_CWD: folder }
  const result = spawnSync(program, [...first, ...args], { cwd: folder, encoding: 'utf8', env })
  if (result.status !== 0) throw new Error(`npm ${args.join(' ')}: ${result.stderr}`)
  return result.stdout
}

describe('the packed package', () => {
  let outside: string
  let packed: { filename: string; files: { path: string }[] }

  beforeAll(() => {
    if (!existsSync(join(root, 'dist'))) throw new Error('dist/ is missing: npm run build')
    outside = mkdtempSync(join(tmpdir(), 'caplet package '))
    packed = JSON.parse(npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', outside))[0]
    writeFileSync(join(outside, 'package.json'), '{ "private": true, "type": "module" }')
    npm(outside, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(outside, packed.filename))
  })

  afterAll(() => rmSync(outside, { recursive: true, force: true }))

  it('holds what is needed to run, and no sources, tests or examples', () => {
    const paths = packed.files.map((file) => file.path)
    for (const needed of [
      'LICENSE',
      'NOTICE',
      'LICENSES/MIT-0.txt',
      'README.md',
      'docs/errors.md',
      'asconfig.json',
      'cmake/caplet.cmake',
      'targets/shim/zephyr/module.yml',
      'targets/shim/idf_component.yml',
    ]) {
      expect(paths).toContain(needed)
    }
    expect(
      paths.filter((path) => /\.test\.|\.fixture\.|^(dist\/)?(test|examples|scripts)\//.test(path)),
    ).toEqual([])
    expect(paths.filter((path) => path.startsWith('compiler/') || path.startsWith('runtime/'))).toEqual([])
  })

  it('installs only production dependencies', () => {
    for (const name of Object.keys(dependencies)) {
      expect(existsSync(join(outside, 'node_modules', name)), name).toBe(true)
    }
    expect(existsSync(join(outside, 'node_modules', 'vitest'))).toBe(false)
  })

  it('runs its command', () => {
    expect(npm(outside, 'exec', '--', 'caplet', '--version').trim()).toBe(version)
  })

  it('compiles and verifies a model', () => {
    cpSync(join(root, 'examples', 'ecg-beat', 'model.onnx'), join(outside, 'beat.onnx'))
    const compiled = JSON.parse(
      npm(outside, 'exec', '--', 'caplet', 'compile', 'beat.onnx', '-o', 'out', '--tier', 'native', '--json'),
    )
    for (const kind of ['wasm', 'native_c']) {
      expect(existsSync(join(outside, compiled.files[kind])), kind).toBe(true)
    }
    const verify = [
      'verify',
      'beat.onnx',
      '--capsule',
      compiled.files.wasm,
      '--runtime',
      'node',
      '-n',
      '20',
      '--json',
    ]
    expect(JSON.parse(npm(outside, 'exec', '--', 'caplet', ...verify)).exact).toBe(true)
  })

  it('writes a project that has all it needs', () => {
    const words = ['new', 'firmware', '--board', 'cortex-m4', '--model', 'beat.onnx', '--json']
    const { files } = JSON.parse(npm(outside, 'exec', '--', 'caplet', ...words))
    expect(files).toEqual(
      expect.arrayContaining(['CMakeLists.txt', 'caplet/cmake/caplet.cmake', 'model.onnx']),
    )
    for (const file of files) expect(existsSync(join(outside, 'firmware', file)), file).toBe(true)
  })

  it('can be imported', () => {
    mkdirSync(join(outside, 'app'), { recursive: true })
    const script = join(outside, 'app', 'main.js')
    writeFileSync(script, "import { compileFile } from 'caplet'\nconsole.log(typeof compileFile)\n")
    const result = spawnSync(process.execPath, [script], { cwd: outside, encoding: 'utf8' })
    expect(result.stderr).toBe('')
    expect(result.stdout.trim()).toBe('function')
  })
})
