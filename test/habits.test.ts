// SPDX-License-Identifier: Apache-2.0
// Rules of CONTRIBUTING.md that can be checked by reading files: licence lines, sizes, names, pinned dependencies.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { wasm2cVersion } from '../compiler/native/wasm2c.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Files under version control. */
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter(Boolean)
const isGolden = (path: string) => path.startsWith('test/golden/')
const sources = files.filter((path) => /\.(ts|mjs|py|hbs)$/.test(path) && !isGolden(path))

describe('every source file', () => {
  it('carries the licence of its folder', () => {
    const wrong = sources.filter((path) => {
      const licence = /^(assembly|targets)\/|\.hbs$/.test(path) ? 'MIT-0' : 'Apache-2.0'
      return !read(path).slice(0, 400).includes(`SPDX-License-Identifier: ${licence}`)
    })
    expect(wrong).toEqual([])
  })

  it('has at most 300 lines, tests and their cases aside', () => {
    const code = sources.filter((path) => !/^test\/|\.test\.ts$|\/cases\.ts$/.test(path))
    expect(code.filter((path) => read(path).split('\n').length > 301)).toEqual([])
  })

  it('is named for what it does', () => {
    const vague = /^(utils?|helpers?|common|misc|manager|base)\./i
    expect(sources.filter((path) => vague.test(basename(path)))).toEqual([])
  })

  it('knows no place on one machine', () => {
    const place = /\/(home|Users|root|work|tmp)\/\w/
    expect(sources.filter((path) => path !== 'test/habits.test.ts' && place.test(read(path)))).toEqual([])
  })
})

describe('package.json', () => {
  const { dependencies, engines, type } = JSON.parse(read('package.json'))

  it('pins exactly what capsule bytes and the contract depend on', () => {
    expect(dependencies.assemblyscript).toMatch(/^\d+\.\d+\.\d+$/)
    expect(dependencies['onnxruntime-web']).toMatch(/^\d+\.\d+\.\d+$/)
    expect(dependencies.wabt).toBe(wasm2cVersion)
    expect({ engines, type }).toEqual({ engines: { node: '>=20.19' }, type: 'module' })
  })

  it('has a lock file that names no registry', () => {
    const lock = JSON.parse(read('package-lock.json'))
    const resolved = Object.entries<{ resolved?: string }>(lock.packages).filter(
      ([, entry]) => entry.resolved,
    )
    expect(resolved).toEqual([])
  })
})
