// SPDX-License-Identifier: Apache-2.0
// caplet_add_capsule in a build for a Cortex-M4: what is compiled when, and what happens where there is no Node.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { versionOf } from '../../runtime/device/toolchain.js'
import { root } from '../run-caplet.js'

const tools = ['cmake', 'ninja', 'make', 'arm-none-eabi-gcc']
const versions = await Promise.all(tools.map(versionOf))
const missing = tools.filter((_, index) => versions[index] === null)
const reason = `${missing.join(', ')} not found: node scripts/boards.mjs`
const place = mkdtempSync(join(tmpdir(), 'caplet-cmake-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** A project as `caplet new` lays it out: the model, and Caplet's CMake and C in caplet/. */
function makeProject(name: string): string {
  const folder = join(place, name)
  for (const part of ['cmake', 'targets/shim', 'targets/template']) {
    cpSync(join(root, part), join(folder, 'caplet', part), { recursive: true })
  }
  for (const file of ['CMakeLists.txt', 'main.c'])
    copyFileSync(join(root, 'test/cmake', file), join(folder, file))
  for (const ending of ['onnx', 'bin']) {
    const model = `external.qdq.int8.${ending}`
    copyFileSync(join(root, 'test/networks', model), join(folder, ending === 'onnx' ? 'model.onnx' : model))
  }
  return folder
}

/** What npm install caplet does, in the folder above the projects: CMake looks upwards. */
function installPackage(): void {
  mkdirSync(join(place, 'node_modules'), { recursive: true })
  if (!existsSync(join(place, 'node_modules/caplet')))
    symlinkSync(root, join(place, 'node_modules/caplet'), 'dir')
}

const pathOf = (program: string) => execFileSync('which', [program], { encoding: 'utf8' }).trim()

interface Result {
  readonly status: number | null
  readonly text: string
}

/** CMake's own messages are wrapped: every blank and line break counts as one blank. */
function cmake(words: readonly string[], environment: NodeJS.ProcessEnv = process.env): Result {
  const run = spawnSync(pathOf('cmake'), words, { encoding: 'utf8', env: environment })
  return { status: run.status, text: `${run.stdout}${run.stderr}`.replace(/\s+/g, ' ') }
}

const core = '-mcpu=cortex-m4 -mthumb -Wall -Wextra -Werror'

function configure(folder: string, words: readonly string[] = [], environment?: NodeJS.ProcessEnv): Result {
  const target = ['-DCMAKE_SYSTEM_NAME=Generic', '-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY']
  const compiler = [`-DCMAKE_C_COMPILER=${pathOf('arm-none-eabi-gcc')}`, `-DCMAKE_C_FLAGS=${core}`]
  return cmake(['-S', folder, '-B', join(folder, 'build'), ...target, ...compiler, ...words], environment)
}

const ninja = () => ['-G', 'Ninja', `-DCMAKE_MAKE_PROGRAM=${pathOf('ninja')}`]
const build = (folder: string, environment?: NodeJS.ProcessEnv) =>
  cmake(['--build', join(folder, 'build')], environment)

/** Neither PATH nor the system's folders have Node. */
const withoutNode = { PATH: join(place, 'nothing') }
const noSystemPath = '-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF'

const isDone: Result = { status: 0, text: expect.stringContaining('no work to do') as unknown as string }
const compiles = { status: 0, text: expect.stringContaining('Compiling ') as unknown as string }

function touch(file: string): void {
  const later = new Date(Date.now() + 2000)
  utimesSync(file, later, later)
}

describe.runIf(process.platform !== 'win32')('caplet_add_capsule', () => {
  it('compiles the model once, and again when anything it is made from changes', ({ skip }) => {
    skip(missing.length > 0, reason)
    installPackage()
    const folder = makeProject('with Node')
    expect(configure(folder, ninja())).toMatchObject({ status: 0 })
    expect(build(folder)).toMatchObject(compiles)
    expect(existsSync(join(folder, 'build/libfirmware.a'))).toBe(true)
    const capsule = readFileSync(join(folder, 'capsule/model.wasm'))
    expect(build(folder)).toMatchObject(isDone)
    for (const file of ['model.onnx', 'external.qdq.int8.bin']) {
      touch(join(folder, file))
      expect(build(folder), file).toMatchObject(compiles)
      expect(build(folder)).toMatchObject(isDone)
    }
    expect(readFileSync(join(folder, 'capsule/model.wasm')).equals(capsule)).toBe(true)
    // Another form of the edges: other flags, hence another capsule.
    expect(configure(folder, ['-DARGUMENTS=OPTIONS;--io;float'])).toMatchObject({ status: 0 })
    expect(build(folder)).toMatchObject(compiles)
    expect(readFileSync(join(folder, 'capsule/model.h'), 'utf8')).toContain('INPUT_0_TYPE float')
    expect(build(folder)).toMatchObject(isDone)
  })

  it('takes committed files where Node is absent, and refuses those of another model', ({ skip }) => {
    skip(missing.length > 0, reason)
    installPackage()
    const folder = makeProject('without')
    const fresh = () => {
      rmSync(join(folder, 'build'), { recursive: true, force: true })
      return configure(folder, [...ninja(), noSystemPath], withoutNode)
    }
    const nothing = fresh()
    expect(nothing.status).toBe(1)
    expect(nothing.text).toMatch(/model\.wasm is not there, .* Node is not here\. Install Node and Caplet/)

    const words = ['compile', join(folder, 'model.onnx'), '-o', join(folder, 'capsule'), '--name', 'model']
    execFileSync(process.execPath, [join(root, 'dist/compiler/cli.js'), ...words, '--tier', 'native'])
    const script = join(folder, 'caplet/targets/template/make-windows.mjs')
    const windows = [join(folder, 'capsule/model.wasm'), join(folder, 'capsule/windows.h')]
    execFileSync(process.execPath, [script, ...windows, '--count', '2'])
    const before = statSync(join(folder, 'capsule/model.native.c')).mtimeMs
    const configured = fresh()
    expect(configured).toMatchObject({ status: 0 })
    expect(configured.text).toContain('the committed files are used, since Node is not here')
    expect(build(folder, withoutNode)).toMatchObject({ status: 0 })
    expect(build(folder, withoutNode)).toMatchObject(isDone)
    touch(join(folder, 'model.onnx'))
    expect(build(folder, withoutNode)).toMatchObject({ status: 0 })
    expect(statSync(join(folder, 'capsule/model.native.c')).mtimeMs).toBe(before)

    const model = join(folder, 'model.onnx')
    const external = join(folder, 'external.qdq.int8.bin')
    for (const file of [model, external]) {
      const kept = `${file}.kept`
      copyFileSync(file, kept)
      appendFileSync(file, '\0')
      // Found by a build of a tree that was configured before.
      const stale = build(folder, withoutNode)
      expect(stale.status).not.toBe(0)
      expect(stale.text).toMatch(
        /is stale: .* has changed since it was compiled, and Node is not here\. Install/,
      )
      renameSync(kept, file)
      touch(file)
      expect(build(folder, withoutNode)).toMatchObject({ status: 0 })
    }
    const other = configure(folder, ['-DARGUMENTS=NAME;other'], withoutNode)
    expect(other.status).toBe(1)
    expect(other.text).toContain('was compiled with --name model, not other')
    rmSync(model)
    const unknown = configure(folder, ['-DARGUMENTS='], withoutNode)
    expect(unknown).toMatchObject({ status: 0 })
    expect(unknown.text).toContain('whether')
  })

  it('works with Make, and with a command of one’s own', ({ skip }) => {
    skip(missing.length > 0, reason)
    installPackage()
    const folder = makeProject('make')
    const command = `-DCAPLET_COMMAND=${process.execPath};${join(root, 'dist/compiler/cli.js')}`
    expect(configure(folder, ['-G', 'Unix Makefiles', command])).toMatchObject({ status: 0 })
    expect(build(folder)).toMatchObject(compiles)
    const again = build(folder)
    expect(again.status).toBe(0)
    expect(again.text).not.toMatch(/Compiling|Building/)
    touch(join(folder, 'external.qdq.int8.bin'))
    expect(build(folder)).toMatchObject(compiles)
  })

  it('says which argument it does not know, or misses', ({ skip }) => {
    skip(missing.length > 0, reason)
    const folder = makeProject('wrong')
    const textOf = (words: string) => configure(folder, [...ninja(), `-DARGUMENTS=${words}`]).text
    expect(textOf('TEIR;native')).toContain('unknown: TEIR;native')
    expect(textOf('TIER;fast')).toContain('There is no tier fast: portable, accelerated, native')
  })
})
