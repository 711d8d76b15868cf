// SPDX-License-Identifier: Apache-2.0
// What can be said of the shim without running it: what it links to, what a second compiler's eye finds, which header C++
// accepts, and that no build fuses a multiplication with an addition.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { versionOf } from '../../runtime/device/toolchain.js'
import { shimFolder } from '../../runtime/engines/engine-build.js'
import { enginesFolder } from '../../runtime/engines/list.js'
import { compileFiles, compileShim, missingTools } from './host-build.js'
import { folder, nativeCodeOf } from './subjects.js'
import { syntheticCapsule } from './synthetic.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of a folder beside the shim's. */
const sourcesOf = (name: string) => {
  const path = join(shimFolder, '..', name)
  return readdirSync(path)
    .filter((file) => file.endsWith('.c'))
    .map((file) => join(path, file))
}
const shimFiles = sourcesOf('shim')

describe('the shim', async () => {
  const missing = await missingTools(null)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  it('needs nothing of libc but string.h: no heap, no files, no clock', async () => {
    const objects = await compileShim(['-Os'])
    const native = await compileFiles({
      name: 'native-plain',
      sources: [join(shimFolder, 'caplet_native.c')],
      includes: [shimFolder],
      flags: ['-std=c99', '-Os'],
    })
    const symbols = execFileSync('nm', ['-u', ...objects, ...native], { encoding: 'utf8' })
    const foreign = new Set([...symbols.matchAll(/ U (\w+)/g)].map(([, name]) => name!))
    const string = ['memcmp', 'memcpy', 'memmove', 'memset', 'strlen']
    const others = [...foreign].filter((name) => !name.startsWith('caplet_') && !string.includes(name))
    // Position-independent code and stack protectors of the host's compiler.
    expect(others.filter((name) => !/^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$/.test(name))).toEqual([])
  })

  it('includes no header that brings more', () => {
    const allowed = ['float.h', 'setjmp.h', 'stdbool.h', 'stddef.h', 'stdint.h', 'string.h']
    const engines = ['wasm3.h', 'm3_env.h', 'wasm_export.h']
    const files = readdirSync(shimFolder).filter((name) => /\.[ch]$/.test(name))
    const included = files.flatMap((name) =>
      [...readFileSync(join(shimFolder, name), 'utf8').matchAll(/#include [<"]([\w./]+)[>"]/g)].map(
        ([, n]) => n!,
      ),
    )
    const own = new Set([...allowed, ...engines, ...files])
    expect(included.filter((name) => !own.has(name))).toEqual([])
  })

  it('compiles as C++ where applications include it', async ({ skip }) => {
    skip((await versionOf('c++')) === null, 'no C++ compiler: apt-get install g++')
    const source = ['caplet.h', 'caplet_kernels.h'].map((name) => `#include "${name}"\n`).join('')
    const flags = ['-std=c++11', '-Wall', '-Wextra', '-Wconversion', '-Werror', '-fsyntax-only']
    const { status, stderr } = spawnSync('c++', [...flags, `-I${shimFolder}`, '-x', 'c++', '-'], {
      input: source,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it.for([
    [
      'the shim',
      [...shimFiles, ...['platform.c', 'unused.c'].map((name) => join(enginesFolder, 'wamr', name))],
      [],
    ],
    // Kernels fill an array through a pointer in a structure, which cppcheck does not follow.
    ['the kernels', sourcesOf('kernels'), ['--suppress=unassignedVariable:*fully_connected.c']],
    ['the template', sourcesOf('template'), []],
  ] as const)('%s is clean to cppcheck', async ([, files, suppressed], { skip }) => {
    skip((await versionOf('cppcheck')) === null, 'cppcheck not found: apt-get install cppcheck')
    const options = [
      ...['--std=c99', '--enable=warning,style,performance,portability', '--error-exitcode=1', '--quiet'],
      ...['--suppress=missingIncludeSystem', '-DWASM_ENABLE_FAST_INTERP=0', '-DWASM_MEM_ALLOC_WITH_USAGE=1'],
      ...['shim', 'kernels', 'template'].map((name) => `-I${join(shimFolder, '..', name)}`),
    ]
    const { status, stderr, stdout } = spawnSync('cppcheck', [...options, ...suppressed, ...files], {
      encoding: 'utf8',
    })
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: '' })
  })

  it('fuses no multiplication with an addition, in itself and in translated code', async ({ skip }) => {
    skip(process.arch !== 'x64', 'looks for the x86-64 instructions; the boards look for their own')
    const text = `
      (func (export "invoke") (f32.store (i32.const 28) (f32.add (f32.load (i32.const 24))
        (f32.mul (f32.load (i32.const 16)) (f32.load (i32.const 20))))))
      (func (export "selftest") (result i32) (i32.const 0))`
    const wasm = syntheticCapsule({ text, total: 64 })
    const file = join(folder, 'fused.c')
    writeFileSync(file, (await nativeCodeOf({ name: 'fused', wasm })).source)
    const listing = async (contract: string) => {
      const flags = ['-std=c99', '-O3', '-mfma', contract]
      const includes = [shimFolder]
      const objects = [
        ...(await compileFiles({ name: `fused${contract}`, sources: [file], includes, flags })),
        ...(await compileFiles({
          name: `fused-shim${contract}`,
          sources: [join(shimFolder, 'caplet_quantize.c')],
          includes,
          flags,
        })),
      ]
      return execFileSync('objdump', ['-d', '--no-show-raw-insn', ...objects], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      })
    }
    expect(await listing('-ffp-contract=off')).not.toMatch(/\bvfn?m(add|sub)/)
    expect(await listing('-ffp-contract=fast')).toMatch(/\bvfn?m(add|sub)/)
  })
})
