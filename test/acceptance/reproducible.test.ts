// SPDX-License-Identifier: Apache-2.0
// Two compilations in two processes that share nothing but the model's bytes: other folders, working directories, home,
// temporary folder, time zone, language and moment. Every file that they write is the same.
// Needs dist/ (npm run build; npm test does it first).
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NETWORKS_FOLDER } from '../networks/committed.js'
import { root } from '../run-caplet.js'

const cli = join(root, 'dist', 'compiler', 'cli.js')
const folder = mkdtempSync(join(tmpdir(), 'caplet-reproducible-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const models = {
  'ecg-beat': [join(root, 'examples', 'ecg-beat', 'model.onnx')],
  'external data': ['external.qdq.int8.onnx', 'external.qdq.int8.bin'].map((name) =>
    join(NETWORKS_FOLDER, name),
  ),
}

interface Place {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}
const places: readonly Place[] = [
  { folder: 'first', environment: { TZ: 'Pacific/Kiritimati', LANG: 'C', LC_ALL: 'C' } },
  {
    folder: join('a much deeper place', 'übung 二'),
    environment: { TZ: 'America/St_Johns', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', NO_COLOR: '1' },
  },
]

/** Paths below the output folder, and the bytes of each file. */
type Files = ReadonlyMap<string, Buffer>

/** Compiles a copy of the model, named by a relative path, with nothing of this process's environment but PATH. */
async function compileIn(
  place: Place,
  [model, ...beside]: readonly string[],
  output: string,
): Promise<Files> {
  const here = join(folder, place.folder)
  const temporary = join(here, 'temporary')
  mkdirSync(temporary, { recursive: true })
  for (const file of [model!, ...beside]) cpSync(file, join(here, basename(file)))
  const env = {
    ...{ PATH: process.env.PATH, SystemRoot: process.env.SystemRoot },
    ...{ HOME: here, TMPDIR: temporary, TMP: temporary, TEMP: temporary },
    ...place.environment,
  }
  const words = ['compile', basename(model!), '-o', output, '--name', 'network', '--wasi']
  await promisify(execFile)(process.execPath, [cli, ...words], { cwd: here, env })
  const written = readdirSync(join(here, output), { recursive: true, withFileTypes: true })
  const paths = written.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [relative(join(here, output), path), readFileSync(path)]))
}

describe.each(Object.entries(models))('%s', (_, files) => {
  let first: Files
  let second: Files
  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error('dist/ is missing: npm run build')
    const [a, b] = places as [Place, Place]
    first = await compileIn(a, files, 'out')
    second = await compileIn(b, files, 'another')
  })

  it('gives the same files with the same bytes', () => {
    expect([...second.keys()].sort()).toEqual([...first.keys()].sort())
    expect([...first.keys()]).toEqual(
      expect.arrayContaining([
        'model.wasm',
        'model.wasi.wasm',
        'model.c',
        'model.h',
        'manifest.json',
        'report.json',
      ]),
    )
    expect(first.size).toBeGreaterThan(10)
    const different = [...first]
      .filter(([path, bytes]) => !second.get(path)!.equals(bytes))
      .map(([path]) => path)
    expect(different).toEqual([])
  })

  it('names no place of the machine in any file', () => {
    const names = [folder, dirname(folder), root].filter((name) => name.length > 4)
    for (const [path, bytes] of first) {
      for (const name of names) expect(bytes.includes(name), `${name} in ${path}`).toBe(false)
    }
  })
})
