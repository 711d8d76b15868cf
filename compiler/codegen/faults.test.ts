// SPDX-License-Identifier: Apache-2.0
// What a kernel or a lowering may do wrong: each fault is an error that names it, never a capsule.
import { describe, expect, test } from 'vitest'
import { type AssembleOptions, assemble } from './assemble.js'
import { exampleAssembly, exampleInfo, exampleProgram } from './example.fixture.js'
import type { KernelConstant, Program, Step } from './program.js'

const assembled = (program: Program, more: Partial<AssembleOptions> = {}) =>
  assemble(program, exampleInfo, { name: 'example', assembly: exampleAssembly(), ...more })

/** The example, with other constants in its first step. */
function withConstants(
  change: (constants: Record<string, KernelConstant>) => Record<string, KernelConstant>,
) {
  const program = exampleProgram()
  const [first, ...others] = program.steps as [Step, ...Step[]]
  return { ...program, steps: [{ ...first, constants: change({ ...first.constants }) }, ...others] }
}

describe('constants', () => {
  test('a missing one', async () => {
    const program = withConstants(({ COUNT, ...others }) => others)
    await expect(assembled(program)).rejects.toThrow(
      /first\\nnode.* lacks COUNT beside the sample in assembly\/add-weights/,
    )
  })

  test('a surplus one', async () => {
    const program = withConstants((constants) => ({ ...constants, STRIDE: { kind: 'i32', value: 1 } }))
    await expect(assembled(program)).rejects.toThrow(/has STRIDE too many/)
  })

  test('one outside its type', async () => {
    const program = withConstants((constants) => ({ ...constants, COUNT: { kind: 'usize', value: -1 } }))
    await expect(assembled(program)).rejects.toThrow(/COUNT = -1 is no usize/)
  })

  test('the address of a tensor that does not exist', async () => {
    const program = withConstants((constants) => ({
      ...constants,
      INPUT: { kind: 'address', tensor: 'nothing' },
    }))
    await expect(assembled(program)).rejects.toThrow(/INPUT: no tensor nothing/)
  })
})

const run = 'export function run(): void {'

describe('kernels', () => {
  test.each([
    ['static data', `${run} store<u8>(16, load<u8>(memory.data<u8>([1, 2, 3]))) }`, /static data/],
    [
      'an array',
      `const t: StaticArray<u8> = [1, 2, 3]\n${run} store<u8>(16, unchecked(t[load<u8>(16)])) }`,
      /static data/,
    ],
    ['growth', `${run} memory.grow(1) }`, /contains memory\.grow/],
    ['a mutable global', `let n: i32 = 1\n${run} store<i32>(16, n++) }`, /mutable global/],
    ['a start function', `const n: i32 = load<i32>(16)\n${run} store<i32>(16, n) }`, /mutable global|start/],
    [
      'a function value',
      `function a(): i32 { return load<i32>(8) }\n${run} const f = a; store<i32>(16, f()) }`,
      /call_indirect|table|static data/,
    ],
    ['an exception', `${run} throw new Error("x") }`, /static data|env\.abort/],
    ['an import of its own', `declare function now(): i32\n${run} store<i32>(16, now()) }`, /imports: .*now/],
    ['an unknown name', `${run} nowhere() }`, /Cannot find name 'nowhere'/],
  ])('a kernel with %s', async (_, source, message) => {
    const kernel = new Map([
      ['constants.ts', exampleAssembly().kernel('').get('constants.ts')!],
      ['kernel.ts', source],
    ])
    const assembly = { shared: exampleAssembly().shared, kernel: () => kernel }
    await expect(assembled(exampleProgram(), { assembly })).rejects.toThrow(message)
  })
})

test('a name that C cannot take', async () => {
  await expect(assembled(exampleProgram(), { name: '9-lives' })).rejects.toThrow(/C identifier/)
})
