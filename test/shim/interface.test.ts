// SPDX-License-Identifier: Apache-2.0
// What the shim promises beyond running capsules: its interface, conversions, host kernels, and refusals by name.
import { rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { dequantize, quantize } from '../../compiler/arithmetic/float32.js'
import { Random } from '../../compiler/operators/random.js'
import { engineNames } from '../../runtime/engines/list.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import { folder, nativeCodeOf, reported, runProgram, writeCapsule } from './subjects.js'
import { customSection, type Synthetic, syntheticCapsule, syntheticDescriptor } from './synthetic.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const flags = ['-O1', ...sanitizers]
/** Numbers of caplet_status. */
const status = {
  notACapsule: 4,
  damaged: 5,
  version: 6,
  kernels: 7,
  engine: 9,
  trap: 10,
  selftest: 11,
} as const

const selftest = '(func (export "selftest") (result i32) (i32.const 0))'

/** As check-interface.c expects it. */
const counting: Synthetic = {
  text: `
    (func (export "invoke")
      (i32.store (i32.const 1008) (i32.add (i32.load (i32.const 1008)) (i32.const 1)))
      (i32.store (i32.const 104) (i32.add (i32.load (i32.const 40)) (i32.load (i32.const 1008))))
      (i32.store (i32.const 96) (i32.const 0xffff0000)))
    (func (export "selftest") (result i32) (i32.store (i32.const 1008) (i32.const 99)) (i32.const 0))
    (func (export "reset") (i32.store (i32.const 1008) (i32.const 0)))`,
  total: 1024,
  state: 16,
  inputs: [
    { type: 'int8', elements: 3, offset: 16, scale: 0.5, zeroPoint: -1 },
    { type: 'float32', elements: 2, offset: 32 },
    { type: 'int32', elements: 1, offset: 40 },
  ],
  outputs: [
    { type: 'uint16', elements: 2, offset: 96, scale: 0.25, zeroPoint: 3 },
    { type: 'int32', elements: 1, offset: 104 },
  ],
}

/** The three numbers of the input, as the parameters of that signature. */
const push = (signature: string) => {
  const types = /param ([^)]*)/.exec(signature)![1]!.split(' ')
  return types.map((type, i) => `(${type}.load (i32.const ${16 + 4 * Math.min(i, 2)}))`).join(' ')
}

const invoke = '(func (export "invoke"))'
const base = `${invoke} ${selftest}`
const usual = syntheticCapsule({ text: base, total: 64 })

/** The descriptor's section, with a change. */
function withDescriptor(change: (descriptor: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(usual)
  change(copy.subarray(Buffer.from(copy).lastIndexOf('CPLD')))
  return copy
}

const refusals: [name: string, status: number, wasm: Uint8Array][] = [
  ['text', status.notACapsule, new TextEncoder().encode('no capsule')],
  [
    'a module without a descriptor',
    status.notACapsule,
    usual.slice(0, Buffer.from(usual).lastIndexOf('CPLD') - 20),
  ],
  [
    'two descriptors',
    status.damaged,
    Buffer.concat([usual, customSection('caplet.descriptor', syntheticDescriptor({ text: '', total: 64 }))]),
  ],
  ['a later version', status.version, withDescriptor((bytes) => bytes.set([2], 4))],
  ['another magic number', status.damaged, withDescriptor((bytes) => bytes.set([0], 0))],
  ['a contract that is none', status.damaged, withDescriptor((bytes) => bytes.set([9], 18))],
  ['an arena beyond the memory', status.damaged, withDescriptor((bytes) => bytes.set([65], 24))],
  ['kernels that the firmware lacks', status.kernels, withDescriptor((bytes) => bytes.set([1], 20))],
  [
    'an import',
    status.kernels,
    syntheticCapsule({ text: `(import "env" "log" (func))\n ${base}`, total: 64 }),
  ],
  ['a module that does not export invoke', status.engine, syntheticCapsule({ text: selftest, total: 64 })],
  [
    'a self-test without a result',
    status.engine,
    syntheticCapsule({ text: `${invoke} (func (export "selftest"))`, total: 64 }),
  ],
  [
    'an invoke with a parameter',
    status.engine,
    syntheticCapsule({ text: `(func (export "invoke") (param i32)) ${selftest}`, total: 64 }),
  ],
  ['state without reset', status.engine, syntheticCapsule({ text: base, total: 64, state: 16 })],
  ['a memory that can grow', status.damaged, syntheticCapsule({ text: base, total: 64, memory: '1 2' })],
  ['a memory without a maximum', status.damaged, syntheticCapsule({ text: base, total: 64, memory: '1' })],
  ['a table', status.damaged, syntheticCapsule({ text: `(table 1 funcref) ${base}`, total: 64 })],
  ['a start function', status.damaged, syntheticCapsule({ text: `(func $f) (start $f) ${base}`, total: 64 })],
  [
    'an active data segment',
    status.damaged,
    syntheticCapsule({ text: `(data (i32.const 0) "x") ${base}`, total: 64 }),
  ],
  [
    'two data segments',
    status.damaged,
    syntheticCapsule({ text: `(data "x") (data "y") ${base}`, total: 64 }),
  ],
]

/** Linked code does not read the module, only its descriptor; any other descriptor than its own is refused. */
const nativeStatus = (name: string, expected: number): number =>
  name === 'state without reset' ? status.engine : sameDescriptor.has(name) ? 0 : expected
const sameDescriptor = new Set(
  refusals
    .filter(([, , wasm]) =>
      Buffer.from(wasm).includes(Buffer.from(syntheticDescriptor({ text: '', total: 64 }))),
    )
    .map(([n]) => n),
)
sameDescriptor.delete('two descriptors')

describe.each([...engineNames, 'native'] as const)('%s', async (tier) => {
  const missing = await missingTools(tier === 'native' ? null : tier)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  const programFor = async (main: string, name: string, wasm: Uint8Array, extra: readonly string[] = []) => {
    const native = tier === 'native' ? [await nativeCodeOf({ name, wasm })] : []
    const engines = tier === 'native' ? [] : [tier]
    const own = extra.length > 0 ? ['-DKERNELS=test_kernels'] : []
    return buildProgram({ main, engines, native, flags: [...flags, ...own], extra })
  }

  const openStatus = async (name: string, wasm: Uint8Array, program: string) => {
    const { exitCode, log } = runProgram(program, 100_000, [writeCapsule(`${name}-${tier}`, wasm)])
    return exitCode === 0 ? 0 : reported(log, 'open')[0]
  }

  it('keeps the promises of caplet.h', async () => {
    const wasm = syntheticCapsule(counting)
    const program = await programFor('check-interface.c', 'counting', wasm)
    const file = writeCapsule(`counting-${tier}`, wasm)
    const checked = runProgram(program, file, [])
    expect(checked.log).toBe('')
    expect(checked.exitCode).toBe(0)
  })

  it('reports a self-test that fails', async () => {
    const text = '(func (export "invoke")) (func (export "selftest") (result i32) (i32.const 1))'
    const wasm = syntheticCapsule({ text, total: 64 })
    const program = await programFor('run-capsules.c', 'failing', wasm)
    const { exitCode, log } = runProgram(program, 100_000, [writeCapsule(`failing-${tier}`, wasm)])
    expect({ exitCode, status: reported(log, 'selftest') }).toEqual({
      exitCode: 1,
      status: [status.selftest],
    })
  })

  it.each(refusals)('refuses %s', async (name, expected, wasm) => {
    const program = await programFor('run-capsules.c', 'usual', usual)
    expect(await openStatus(name, wasm, program)).toBe(
      tier === 'native' ? nativeStatus(name, expected) : expected,
    )
  })

  // Native code is translated from a portable capsule: it imports nothing.
  if (tier === 'native') return
  it('runs host kernels, checks their interface, and traps when one refuses its arguments', async () => {
    const program = await programFor('run-capsules.c', '', usual, ['test-kernels.c'])
    const capsule = (kernelInterface: number, imported: string, signature: string) =>
      syntheticCapsule({
        text: `
          (import "caplet_kernels_7" "${imported}" (func $kernel ${signature}))
          (data "\\01\\02\\03\\ff")
          (func (export "invoke") ${push(signature)} (call $kernel) ${signature.includes('result') ? 'drop' : ''})
          ${selftest}`,
        total: 64,
        kernelInterface,
        inputs: [{ type: 'int32', elements: 3, offset: 16 }],
        outputs: [{ type: 'int32', elements: 1, offset: 32 }],
      })
    const wasm = capsule(7, 'sum', '(param i32 i32 i32)')
    const input = Buffer.from(
      Int32Array.of(0, 4, 32, 3, 1, 32, 1, 4, 32, 0, 4, 61, -1, 2, 32, 4, 0, 60).buffer,
    )
    const { exitCode, output } = runProgram(program, 100_000, [writeCapsule(`sum-${tier}`, wasm)], input)
    const [got, view] = [[] as number[][], new DataView(output.buffer)]
    for (let at = 0; at < output.length; at += 5) got.push([output[at]!, view.getInt32(at + 1, true)])
    expect({ exitCode, got }).toEqual({
      exitCode: 0,
      got: [[0, 261], [0, 255], ...[255, 255, 255].map((before) => [status.trap, before]), [0, 255]],
    })
    expect(await openStatus('version', capsule(8, 'sum', '(param i32 i32 i32)'), program)).toBe(
      status.kernels,
    )
    expect(await openStatus('unknown', capsule(7, 'mul', '(param i32 i32 i32)'), program)).toBe(
      status.kernels,
    )
    const result = '(param i32 i32 i32) (result i32)'
    for (const wrong of [result, '(param i32 i32)', '(param i32 i32 i64)', '(param i32 i32 i32 i32)'])
      expect(await openStatus('signature', capsule(7, 'sum', wrong), program)).toBe(status.kernels)
  })
})

describe('conversions', async () => {
  const missing = await missingTools(null)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  const types = {
    2: { min: 0, max: 255 },
    3: { min: -128, max: 127 },
    4: { min: 0, max: 65535 },
    5: { min: -32768, max: 32767 },
  } as const

  it.each([['-O0'], ['-O2'], ['-O3']])("are the contract's in every bit (%s)", async (optimization) => {
    const random = new Random(11)
    const special = [
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      1e-45,
      -1e-45,
      3.4028234663852886e38,
      -3.4028234663852886e38,
    ]
    const cases = Array.from({ length: 40_000 }, (_, i) => {
      const code = (2 + (i % 4)) as keyof typeof types
      const range = types[code]
      const scale = Math.fround(2 ** random.integer(-20, 8) * (i % 3 === 0 ? 1 : random.float(1, 2)))
      const zeroPoint = random.integer(range.min, range.max)
      const quantum = random.integer(range.min - 2, range.max + 2)
      const offset = random.pick([0, 0.5, -0.5, 0.49999997, random.float(-1, 1)])
      const value = special[i] ?? Math.fround((quantum - zeroPoint + offset) * scale)
      return { code, range, quantization: { scale, zeroPoint }, value, quantum }
    })
    const input = Buffer.alloc(cases.length * 20)
    for (const [i, { code, quantization, value, quantum }] of cases.entries()) {
      input.writeInt32LE(code, 20 * i)
      input.writeInt32LE(quantization.zeroPoint, 20 * i + 4)
      input.writeFloatLE(quantization.scale, 20 * i + 8)
      input.writeFloatLE(value, 20 * i + 12)
      input.writeInt32LE(quantum, 20 * i + 16)
    }
    const program = await buildProgram({
      main: 'convert.c',
      engines: [],
      native: [],
      flags: [optimization, ...sanitizers],
    })
    const { output } = runProgram(program, 0, [], input)
    const expected = Buffer.alloc(cases.length * 8)
    for (const [i, { range, quantization, value, quantum }] of cases.entries()) {
      expected.writeInt32LE(quantize(value, quantization, range), 8 * i)
      expected.writeFloatLE(dequantize(quantum, quantization), 8 * i + 4)
    }
    expect(output.length).toBe(expected.length)
    expect(Buffer.compare(output, expected)).toBe(0)
    // Ties are among the cases: rounding half away from zero would differ.
    const halfAway = cases.filter(({ quantization: q, value }) => Math.abs((value / q.scale) % 1) === 0.5)
    expect(halfAway.length).toBeGreaterThan(500)
  })
})
