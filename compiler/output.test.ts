// SPDX-License-Identifier: Apache-2.0
// The output folder: complete, replaceable, never half-written; and the C files mean what they say.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  type Dirent,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { assemble } from './codegen/assemble.js'
import type { Capsule } from './codegen/capsule.js'
import { exampleAssembly, exampleInfo, exampleProgram } from './codegen/example.fixture.js'
import { floatLiteral } from './codegen/host-files.js'
import { writeCapsule } from './output.js'

const products = ['manifest.json', 'model.c', 'model.h', 'model.wasm', 'report.json', 'sources']

let capsule: Capsule
let place: string
beforeAll(async () => {
  capsule = await assemble(exampleProgram(), exampleInfo, { name: 'ecg_beat', assembly: exampleAssembly() })
})
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'caplet-output-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** Renames succeed until the count is used up; then one fails. */
const moves = vi.hoisted(() => ({ untilFailure: Number.POSITIVE_INFINITY }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const rename: typeof real.rename = (from, to) =>
    --moves.untilFailure === 0 ? Promise.reject(new Error('no space left')) : real.rename(from, to)
  return { ...real, rename }
})

const contents = (folder: string) =>
  (readdirSync(folder, { recursive: true, withFileTypes: true }) as Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path, readFileSync(path, 'latin1')])

const list = (folder: string) => readdirSync(folder).sort()

test('writes every product into a new folder and names it', async () => {
  const folder = join(place, 'deep', 'out')
  const paths = await writeCapsule(capsule, folder)
  expect(list(folder)).toEqual(products)
  expect(list(join(place, 'deep'))).toEqual(['out'])
  expect(paths).toEqual({
    wasm: join(folder, 'model.wasm'),
    c: join(folder, 'model.c'),
    header: join(folder, 'model.h'),
    manifest: join(folder, 'manifest.json'),
    report: join(folder, 'report.json'),
    sources: join(folder, 'sources'),
    wasi: null,
    accelerated: null,
    accelerated_c: null,
    accelerated_header: null,
    accelerated_sources: null,
    native_c: null,
    native_header: null,
  })
  expect(new Uint8Array(readFileSync(paths.wasm!))).toEqual(new Uint8Array(capsule.wasm))
  expect(JSON.parse(readFileSync(paths.manifest!, 'utf8'))).toEqual(capsule.manifest)
  const steps = JSON.parse(readFileSync(paths.report!, 'utf8')).steps
  expect(steps.map((step: { weights: number }) => step.weights)).toEqual([4, 0, 4])
  for (const [path, text] of capsule.sources) {
    expect(readFileSync(join(folder, 'sources', path), 'utf8')).toBe(text)
  }
})

test('is done with a folder before an interruption takes effect', async () => {
  const interrupted = vi.fn()
  process.on('SIGINT', interrupted)
  try {
    const writing = writeCapsule(capsule, join(place, 'out'))
    process.kill(process.pid, 'SIGINT')
    await writing
    expect(list(place)).toEqual(['out'])
    expect(list(join(place, 'out'))).toEqual(products)
    // This test sees the signal itself, and once more when it is passed on.
    await vi.waitFor(() => expect(interrupted).toHaveBeenCalledTimes(2))
  } finally {
    process.off('SIGINT', interrupted)
  }
})

describe('into a folder that exists', () => {
  test('replaces earlier products, removes those that are no longer made, keeps other files', async () => {
    writeFileSync(join(place, 'notes.txt'), 'mine')
    const withCommand = {
      ...capsule,
      wasi: Uint8Array.of(0),
      sources: new Map([
        ['old.ts', ''],
        ['capsule.ts', ''],
      ]),
    }
    await writeCapsule(withCommand, place)
    expect(list(place)).toContain('model.wasi.wasm')
    await writeCapsule(capsule, place)
    expect(list(place)).toEqual([...products, 'notes.txt'].sort())
    expect(list(join(place, 'sources'))).not.toContain('old.ts')
    expect(readFileSync(join(place, 'notes.txt'), 'utf8')).toBe('mine')
  })

  test('leaves it as it was when a product cannot be written', async () => {
    await writeCapsule(capsule, place)
    const before = readFileSync(join(place, 'model.wasm'))
    // A file where a folder of the sources must be.
    const broken = {
      ...capsule,
      wasm: Uint8Array.of(1),
      sources: new Map([
        ['a', ''],
        ['a/b.ts', ''],
      ]),
    }
    await expect(writeCapsule(broken, place)).rejects.toMatchObject({ problems: [{ code: 'output-folder' }] })
    expect(list(place)).toEqual(products)
    expect(readFileSync(join(place, 'model.wasm'))).toEqual(before)
  })

  test('refuses to replace a sources folder that holds other files', async () => {
    mkdirSync(join(place, 'sources'))
    writeFileSync(join(place, 'sources', 'main.rs'), 'fn main() {}')
    await expect(writeCapsule(capsule, place)).rejects.toThrow(/holds other files/)
    expect(list(place)).toEqual(['sources'])
    expect(list(join(place, 'sources'))).toEqual(['main.rs'])
  })

  test('undoes every move when one of them fails, whichever it is', async () => {
    await writeCapsule(capsule, place)
    const before = contents(place)
    const other = { ...capsule, wasm: Uint8Array.of(1), sources: new Map([['capsule.ts', 'other']]) }
    // Six products, each moved away and moved in.
    for (let move = 1; move <= 12; move++) {
      moves.untilFailure = move
      await expect(writeCapsule(other, place)).rejects.toThrow(/no space left/)
      expect(contents(place)).toEqual(before)
    }
    moves.untilFailure = Number.POSITIVE_INFINITY
    await writeCapsule(other, place)
    expect(contents(place)).not.toEqual(before)
  })
})

test('a file in the place of the folder is refused by name', async () => {
  writeFileSync(join(place, 'out'), '')
  await expect(writeCapsule(capsule, join(place, 'out'))).rejects.toThrow(/it is a file/)
  expect(list(place)).toEqual(['out'])
})

test('a scale in the header is exactly the float32 of the model', () => {
  const scales = [0.1, 1, 1e-12, 3.4e38, 1.17e-38, 1.4e-45, 0.0078125, 16777216, 123456789].map(Math.fround)
  for (const scale of scales) {
    expect(floatLiteral(scale)).toMatch(/^[\d.]+(e[+-]\d+)?f$/)
    expect(Math.fround(Number(floatLiteral(scale).slice(0, -1)))).toBe(scale)
  }
  expect(floatLiteral(123456789)).toBe('123456792.0f')
})

const hasCompiler = spawnSync('cc', ['--version']).status === 0
test('the C files compile and hold the same bytes', async (context) => {
  if (!hasCompiler) context.skip('no C compiler named cc')
  await writeCapsule(capsule, place)
  writeFileSync(
    join(place, 'main.c'),
    `#include <stdio.h>
#include "model.h"
CAPLET_ECG_BEAT_INPUT_0_TYPE input[CAPLET_ECG_BEAT_INPUT_0_ELEMENTS];
int main(void) {
  fprintf(stderr, "%u %d %.9g %u %u", (unsigned)((uintptr_t)caplet_ecg_beat_capsule % 16), CAPLET_ECG_BEAT_INPUT_0_ZERO_POINT,
    CAPLET_ECG_BEAT_OUTPUT_0_SCALE, (unsigned)sizeof input, CAPLET_ECG_BEAT_OUTPUT_0_OFFSET);
  return fwrite(caplet_ecg_beat_capsule, 1, CAPLET_ECG_BEAT_CAPSULE_BYTES, stdout) != CAPLET_ECG_BEAT_CAPSULE_BYTES;
}
`,
  )
  const flags = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', 'main.c', 'model.c', '-o', 'main']
  execFileSync('cc', flags, { cwd: place, stdio: 'inherit' })
  const run = spawnSync(join(place, 'main'))
  expect(new Uint8Array(run.stdout)).toEqual(new Uint8Array(capsule.wasm))
  expect(run.stderr.toString()).toBe(`0 -3 0.100000001 4 ${capsule.outputs[0]!.offset}`)
})
