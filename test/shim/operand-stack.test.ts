// SPDX-License-Identifier: Apache-2.0
// The operand stack that a capsule asks for is enough for every engine, whatever its code does; a smaller one is refused,
// and one that the descriptor misstates ends the call.
import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { measureOperandStack } from '../../compiler/codegen/operand-stack.js'
import { engineNames } from '../../runtime/engines/list.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import { folder, networkNamed, reported, runProgram, subjectOf, writeCapsule } from './subjects.js'
import { syntheticCapsule } from './synthetic.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const build = (engine: (typeof engineNames)[number]) =>
  buildProgram({ main: 'run-capsules.c', engines: [engine], native: [], flags: ['-O1', ...sanitizers] })

type Type = 'i32' | 'i64'

/** Functions of 2 parameters and 4 locals; each may call later ones, which keeps the chains of calls finite. */
class Generator {
  readonly #next: () => number
  readonly #functions = 6
  constructor(seed: number) {
    let state = seed >>> 0
    this.#next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state >>> 8
    }
  }

  #below(count: number): number {
    return this.#next() % count
  }

  /** Locals 0, 2, 4 are i32, the others i64. */
  #local(type: Type): number {
    return 2 * this.#below(3) + (type === 'i64' ? 1 : 0)
  }

  #value(type: Type, self: number, depth: number): string {
    const value = (of: Type = type) => this.#value(of, self, depth - 1)
    const other = type === 'i32' ? 'i64' : 'i32'
    if (depth === 0) {
      return this.#below(2) === 0 ? `(${type}.const ${this.#next()})` : `(local.get ${this.#local(type)})`
    }
    switch (this.#below(8)) {
      case 0:
      case 1:
        return `(${type}.add ${value()} ${value()})`
      case 2:
        return `(local.tee ${this.#local(type)} ${value()})`
      case 3:
        return `(block (result ${type}) ${this.#statement(self, depth - 1)} ${value()})`
      case 4:
        return `(if (result ${type}) ${value('i32')} (then ${value()}) (else ${value()}))`
      case 5:
        return `(select ${value()} ${value()} ${value('i32')})`
      case 6:
        return type === 'i32' ? `(i32.wrap_i64 ${value(other)})` : `(i64.extend_i32_u ${value(other)})`
      default:
        if (self + 1 >= this.#functions) return `(${type}.xor ${value()} ${value()})`
        return convert(type, `(call $f${self + 1} ${value('i32')} ${value('i64')})`)
    }
  }

  #statement(self: number, depth: number): string {
    const type: Type = this.#below(2) === 0 ? 'i32' : 'i64'
    if (depth === 0) return `(local.set ${this.#local(type)} ${this.#value(type, self, 0)})`
    switch (this.#below(3)) {
      case 0:
        return `(local.set ${this.#local(type)} ${this.#value(type, self, depth - 1)})`
      case 1:
        return `(loop ${this.#statement(self, depth - 1)} ${this.#statement(self, depth - 1)})`
      default:
        return `(block (br_if 0 ${this.#value('i32', self, depth - 1)}) ${this.#statement(self, depth - 1)})`
    }
  }

  text(): string {
    const functions = Array.from({ length: this.#functions }, (_, self) => {
      const statements = Array.from({ length: 3 }, () => this.#statement(self, 4)).join('\n')
      return `(func $f${self} (param i32 i64) (result i64) (local i32 i64 i32 i64)
        ${statements} ${this.#value('i64', self, 5)})`
    })
    return `(func (export "invoke") (drop (call $f0 (i32.const 1) (i64.const 2))))
      (func (export "selftest") (result i32) (drop (call $f0 (i32.const 3) (i64.const 4))) (i32.const 0))
      ${functions.join('\n')}`
  }
}

const convert = (type: Type, value: string) => (type === 'i32' ? `(i32.wrap_i64 ${value})` : value)

function capsuleOf(text: string): Uint8Array {
  const synthetic = { text, total: 64, outputs: [{ type: 'int32', elements: 1, offset: 0 }] } as const
  const operandStack = measureOperandStack(syntheticCapsule(synthetic))
  expect(operandStack.cells).toBeGreaterThan(0)
  return syntheticCapsule({ ...synthetic, operandStack })
}

describe.each(engineNames)('%s', async (engine) => {
  const missing = await missingTools(engine)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  it('has enough for any code', async () => {
    const program = await build(engine)
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const file = writeCapsule('generated', capsuleOf(new Generator(seed).text()))
        const { exitCode, log } = runProgram(program, 2_000_000, [file])
        expect({ exitCode, log: log.replace(/^(most|now) \d+\n/gm, '') }).toEqual({ exitCode: 0, log: '' })
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('refuses to open with less than the capsule asks for, and takes more', async () => {
    const program = await build(engine)
    const { file } = await subjectOf(networkNamed('ecg-beat'))
    const run = (bytes: number) =>
      runProgram(program, 300_000, [file], new Uint8Array(0), { STACK_SIZE: String(bytes) })
    const { exitCode, log } = run(200)
    expect({ exitCode, open: reported(log, 'open') }).toEqual({ exitCode: 1, open: [8] })
    expect(run(5000).exitCode).toBe(0)
  })
})

describe('wamr-fast', async () => {
  const missing = await missingTools('wamr-fast')
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  it('ends the call where a descriptor asks for too little, and the bound is not far above that', async () => {
    const program = await build('wamr-fast')
    const { wasm } = await subjectOf(networkNamed('ecg-beat'))
    const misstated = (share: number) => {
      const changed = wasm.slice()
      const at = Buffer.from(changed).indexOf('CPLD') + 44
      const view = new DataView(changed.buffer)
      view.setUint16(at, Math.round(view.getUint16(at, true) * share), true)
      const { exitCode, log } = runProgram(program, 300_000, [writeCapsule('misstated', changed)])
      return { exitCode, selftest: reported(log, 'selftest') }
    }
    expect(misstated(1)).toEqual({ exitCode: 0, selftest: [] })
    expect(misstated(0.75)).toEqual({ exitCode: 1, selftest: [10] })
    expect(misstated(0.1)).toEqual({ exitCode: 1, selftest: [10] })
  })
})
