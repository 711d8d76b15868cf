// SPDX-License-Identifier: Apache-2.0
// The templates for boards that cannot be emulated: their own sources as programs of this machine, and their ports against
// stand-ins of the SDKs' headers.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSections, sectionBytes, sectionIds } from '../../compiler/codegen/module-sections.js'
import { versionOf } from '../../runtime/device/toolchain.js'
import { engineList } from '../../runtime/engines/list.js'
import { engineSources, missingSources } from '../../runtime/engines/sources.js'
import { capletJson, root } from '../run-caplet.js'
import { serveFaulty } from './faulty-line.js'
import { writeHeaders } from './stand-ins/headers.js'

const targets = join(root, 'targets')
const model = join(root, 'examples', 'ecg-beat', 'model.onnx')
const work = mkdtempSync(join(tmpdir(), 'caplet-templates-'))
const capsule = join(work, 'build', 'capsule-zephyr')
/** As host-port.c has them. */
const slotBytes = 128 * 1024
afterAll(() => rmSync(work, { recursive: true }))

describe('on this machine', async () => {
  const isThere = async (program: string) => (await versionOf(program)) !== null
  const tools = (await isThere('cmake')) && (await isThere('cc')) && (await isThere('make'))
  const sources = await missingSources(engineList.engines['wamr-fast'].source)
  const missing = tools ? sources?.reason : 'no cmake, cc or make'

  beforeAll(async () => {
    if (missing) return
    const wamr = await engineSources('wamr')
    const places = [`-DCAPLET_ROOT=${root}`, `-DMODEL=${model}`, `-DCAPLET_WAMR=${wamr}`]
    const from = ['-S', join(root, 'test', 'serial', 'host'), '-B', join(work, 'build')]
    execFileSync('cmake', [...from, '-G', 'Unix Makefiles', ...places], { stdio: 'pipe' })
    execFileSync('cmake', ['--build', join(work, 'build'), '-j', '2'], { stdio: 'pipe' })
  })

  const start = (name: string, stored?: string) => {
    const child = spawn(join(work, 'build', name), [], {
      env: { ...process.env, ...(stored && { CAPLET_SLOTS: stored }) },
    })
    let log = ''
    child.stdout.on('data', (bytes) => {
      log += String(bytes)
    })
    const finished = async () => {
      const end = () => (log.includes('of slot') ? 'confirmed' : 'replay finished')
      while (!log.includes(end()) && child.exitCode === null) await once(child.stdout, 'data')
      return log
    }
    return { child, finished }
  }

  it('the Zephyr template prints what sample.yaml expects, then serves verify', async ({ skip }) => {
    skip(!!missing, missing)
    const { child, finished } = start('zephyr')
    const line = await serveFaulty(
      { fromBoard: child.stdout, toBoard: child.stdin },
      { drop: 0, change: 0, add: 0 },
      1,
    )
    const log = await finished()
    const sample = readFileSync(join(targets, 'nrf52840-zephyr', 'sample.yaml'), 'utf8')
    const expected = [...sample.matchAll(/^ {8}- "(.*)"$/gm)].map(([, regex]) =>
      regex!.replaceAll('\\\\', '\\'),
    )
    expect(expected).toHaveLength(3)
    expect(log).toMatch(new RegExp(expected.join('[^]*')))
    const file = ['--capsule', join(capsule, 'model.wasm')]
    const words = ['verify', model, ...file, '--runtime', `serial:tcp:127.0.0.1:${line.port}`, '-n', '4']
    expect((await capletJson('verify', ...words)).json).toMatchObject({
      exact: true,
      runtimes: [{ version: 'host, wamr-fast', mismatches: 0 }],
    })
    child.kill()
    await line.close()
  })

  it('the ESP-IDF template runs the capsule of a slot, or its own where that one is damaged', async ({
    skip,
  }) => {
    skip(!!missing, missing)
    const wasm = new Uint8Array(readFileSync(join(capsule, 'model.wasm')))
    const damaged = wasm.slice()
    const data = sectionBytes(readSections(damaged), sectionIds.data)
    data[data.length >> 1]! ^= 0x40
    const file = join(work, 'slots.bin')
    const run = async (slots?: string) => {
      const { child, finished } = start('idf', slots)
      const log = await finished()
      child.kill()
      return log
        .replace(/\d+ us/g, 'N us')
        .split('\n')
        .slice(0, 2)
    }
    /** `bytes` in the second slot; erased flash everywhere else. */
    const runWith = (bytes: Uint8Array) => {
      const flash = Buffer.alloc(2 * slotBytes, 0xff)
      flash.set(bytes, slotBytes)
      writeFileSync(file, flash)
      return run(file)
    }
    const passed = 'caplet: self-test passed'
    const own = ["caplet: the image's capsule", passed]
    expect(await run()).toEqual([passed, 'caplet: window 0 of 3 exact, N us'])
    expect(await runWith(damaged)).toEqual(own)
    // Cut off by a reset: erased flash is where the rest should be.
    expect(await runWith(wasm.subarray(0, wasm.length >> 1))).toEqual(own)
    expect(await runWith(wasm.subarray(0, 5))).toEqual(own)
    expect(await runWith(wasm)).toEqual(['caplet: capsule of slot 1', passed])
    // It was confirmed: more starts than a trial has.
    for (let starts = 0; starts < 4; starts++) expect((await run(file))[0]).toBe('caplet: capsule of slot 1')
  })

  it('compiles every file without fused multiply-adds', ({ skip }) => {
    skip(!!missing, missing)
    const commands = JSON.parse(readFileSync(join(work, 'build', 'compile_commands.json'), 'utf8'))
    expect(commands.length).toBeGreaterThan(30)
    const without = commands.filter(
      ({ command }: { command: string }) => !command.includes('-ffp-contract=off'),
    )
    expect(without.map(({ file }: { file: string }) => file)).toEqual([])
  })
})

const ports = [
  { name: 'nrf52840-zephyr', folder: 'src', standIn: 'zephyr.h', build: 'CMakeLists.txt' },
  { name: 'esp32s3-idf', folder: 'main', standIn: 'idf.h', build: 'main/CMakeLists.txt' },
] as const

describe.each(ports)('$name', ({ name, folder, standIn, build }) => {
  it('switches fused multiply-adds off in its own build file', () => {
    expect(readFileSync(join(targets, name, build), 'utf8')).toContain('PRIVATE -ffp-contract=off')
  })

  it('has a port that compiles against stand-ins of the SDK', async ({ skip }) => {
    const compiler = 'arm-none-eabi-gcc'
    skip((await versionOf(compiler)) === null, `no ${compiler}`)
    const port = join(targets, name, folder, 'port.c')
    const headers = join(work, name)
    writeHeaders(port, standIn, headers)
    writeFileSync(join(headers, 'model.h'), '')
    const chosen = ['MEMORY', 'CODE'].map((what) => `-DCAPLET_CHOSEN_${what}=1000u`)
    const includes = [headers, join(targets, 'template'), join(targets, 'shim')].map((path) => `-I${path}`)
    const strict = ['-std=gnu11', '-Wall', '-Wextra', '-Wconversion', '-Werror', '-fsyntax-only']
    execFileSync(compiler, ['-mcpu=cortex-m4', ...strict, ...chosen, ...includes, port], { stdio: 'pipe' })
  })
})
