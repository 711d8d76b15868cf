// SPDX-License-Identifier: Apache-2.0
// asc at its worst: rejections and crashes become errors, and every hand-written kernel compiles with its sample constants.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { CapletError } from '../errors.js'
import { build } from './build.js'
import { assemblyFolder, readAsconfig } from './package-files.js'

const options = { target: 'interpreter', converge: false, pages: 1 } as const
const files = (source: string) =>
  new Map([
    ['asconfig.json', readAsconfig()],
    ['capsule.ts', source],
  ])

/** asc, except that it crashes the way it does (banner, then the end of the process) while the switch is on. */
const crash = vi.hoisted(() => ({ next: false }))
vi.mock('assemblyscript/asc', async (original) => {
  const real = await original<typeof import('assemblyscript/asc')>()
  const main: typeof real.main = async (...parameters) => {
    if (!crash.next) return real.main(...parameters)
    crash.next = false
    console.error('Whoops, the AssemblyScript compiler has crashed')
    process.exit(1)
  }
  return { ...real, default: { ...real.default, main } }
})

describe('build', () => {
  test('sees the given files only', async () => {
    const importing = files('import { clamp } from "./primitives"\nexport const x: i32 = clamp(1, 2, 3)')
    await expect(build(importing, 'capsule.ts', options)).rejects.toThrow(/primitives/)
  })

  test('takes its flags from asconfig.json', async () => {
    const source = files('export function run(): void { assert(load<i32>(0) == 1) }')
    const { wasm } = await build(source, 'capsule.ts', options)
    // noAssert: without it the module would import env.abort.
    expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>))).toEqual([])
    source.set('asconfig.json', '{}')
    const other = await build(source, 'capsule.ts', options)
    expect(
      WebAssembly.Module.imports(new WebAssembly.Module(other.wasm as Uint8Array<ArrayBuffer>)),
    ).toHaveLength(1)
  })

  test('a crash of asc is an error: the process goes on, and so does the next build', async () => {
    const before = { exit: process.exit, error: console.error }
    crash.next = true
    const crashed = build(files('export function run(): void {}'), 'capsule.ts', options)
    const next = build(files('export function run(): void {}'), 'capsule.ts', options)
    await expect(crashed).rejects.toThrow(CapletError)
    await expect(crashed).rejects.toThrow(/asc crashed\.\nWhoops/)
    expect((await next).wasm.length).toBeGreaterThan(8)
    expect({ exit: process.exit, error: console.error }).toEqual(before)
  })
})

describe('every kernel compiles with its sample constants', () => {
  const assembly = assemblyFolder()
  const folder = fileURLToPath(new URL('../../assembly', import.meta.url))
  // twin/ is no kernel of a capsule, but a module of its own.
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const kernels = folders.filter(({ name }) => name !== 'twin')
  test.each(kernels.map((entry) => entry.name))('%s', async (name) => {
    const sources = new Map([...assembly.shared(), ['asconfig.json', readAsconfig()]])
    for (const [file, text] of assembly.kernel(name)) sources.set(`${name}/${file}`, text)
    const { wasm } = await build(sources, `${name}/kernel.ts`, options)
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>))
    expect(exports).toContainEqual({ name: 'run', kind: 'function' })
  })
})
