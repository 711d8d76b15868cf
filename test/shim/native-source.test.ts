// SPDX-License-Identifier: Apache-2.0
// The native tier's text: what it is made of, and what it refuses by name. That it computes the same is in engines.test.ts
// and traps.test.ts.
import { describe, expect, it } from 'vitest'
import { readSections, sectionBytes, sectionIds } from '../../compiler/codegen/module-sections.js'
import { nativeFiles } from '../../compiler/native/native-source.js'
import { networkNamed, subjectOf } from './subjects.js'
import { syntheticCapsule } from './synthetic.js'

const selftest = '(func (export "selftest") (result i32) (i32.const 0))'
const capsule = (text: string, total = 64) => syntheticCapsule({ text: `${text} ${selftest}`, total })
const translate = (text: string, total?: number) => nativeFiles(capsule(text, total), 'sample')

describe('a translated network', async () => {
  const { wasm, total } = await subjectOf(networkNamed('ecg-beat'))
  const { source, header } = await nativeFiles(wasm, 'ecg_beat')

  it('has the capsule’s weights and descriptor as constants, byte for byte', () => {
    const bytesOf = (name: string) => {
      const [, text] = new RegExp(`const \\w+ ${name}\\[\\w*\\] = \\{([^}]*)\\}`).exec(source)!
      return Uint8Array.from(text!.match(/\d+/g)!.map(Number))
    }
    const sections = readSections(wasm)
    expect(bytesOf('caplet_ecg_beat_descriptor')).toEqual(
      sectionBytes(sections, sectionIds.custom, 'caplet.descriptor').slice(),
    )
    const weights = bytesOf('weights')
    expect(Buffer.from(sectionBytes(sections, sectionIds.data)).subarray(-weights.length)).toEqual(
      Buffer.from(weights),
    )
    expect(weights.length).toBeGreaterThan(9000)
  })

  it('checks against the size of linear memory, and has no word of the translator left', () => {
    expect(source).toContain(`#define CAPLET_MEMORY_SIZE ${total}u`)
    expect(source).not.toMatch(/w2c_|instance|_default32|FUNC_PROLOGUE|u64\)\(var_/)
  })

  it('shows two symbols to the linker', () => {
    const visible = source.match(/^(?!static |typedef )[a-z][\w ]*\bcaplet_\w+(?=\[| =)/gm)
    expect(visible).toEqual([
      'const uint8_t caplet_ecg_beat_descriptor',
      'const caplet_engine caplet_ecg_beat_native',
    ])
    for (const name of ['caplet_ecg_beat_native', 'caplet_ecg_beat_descriptor'])
      expect(header).toContain(name)
  })

  it('is the same text each time', async () => {
    expect(await nativeFiles(wasm, 'ecg_beat')).toMatchObject({ source, header })
  })
})

it('numbers of functions do not become names of types', async () => {
  const functions = Array.from({ length: 70 }, (_, index) =>
    index === 69 ? `(func $f${index})` : `(func $f${index} (call $f${index + 1}))`,
  )
  const { source } = await translate(`${functions.join(' ')} (func (export "invoke") (call $f0))`)
  expect(source).toMatch(/^static void function_32\(u8 \*memory\);$/m)
  expect(source).not.toMatch(/\bf(?:32|64)\(/)
})

describe('what the header does not define, or C does not trap on', () => {
  it.each([
    ['recursion', '(func $f (export "invoke") (call $f))', /calls itself/],
    ['mutual recursion', '(func $f (export "invoke") (call $g)) (func $g (call $f))', /calls itself/],
    [
      'a float function',
      '(func (export "invoke") (drop (f32.ceil (f32.load (i32.const 16)))))',
      /wasm_ceilf/,
    ],
    ['double precision', '(func (export "invoke") (drop (f64.load (i32.const 16))))', /f64/],
    [
      'a mutable global',
      '(global $g (mut i32) (i32.const 1)) (func (export "invoke") (global.set $g (i32.const 2)))',
      /instance/,
    ],
    ['growth', '(func (export "invoke") (drop (memory.grow (i32.const 1))))', /wasm_rt_grow_memory/],
    ['no invoke', '', /does not export invoke/],
  ])('%s is refused', async (_, text, message) => {
    await expect(translate(text)).rejects.toThrow(message)
  })

  it('an accelerated capsule is refused: its portable twin is what to translate', async () => {
    const wasm = syntheticCapsule({
      text: `(func (export "invoke")) ${selftest}`,
      total: 64,
      kernelInterface: 1,
    })
    await expect(nativeFiles(wasm, 'sample')).rejects.toThrow(/host kernels/)
  })

  it('a file that is no capsule is refused', async () => {
    const wasm = capsule('(func (export "invoke"))')
    const cut = wasm.slice(0, Buffer.from(wasm).lastIndexOf('caplet.descriptor') - 3)
    await expect(nativeFiles(cut, 'sample')).rejects.toThrow(/descriptor/)
  })
})
