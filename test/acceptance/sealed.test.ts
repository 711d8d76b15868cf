// SPDX-License-Identifier: Apache-2.0
// The promises that a file's bytes can show (sealed, weights in flash, no growth), on capsules of every kind, read by
// module-anatomy.ts alone.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CompileOptions, compileFile } from '../../compiler/compile.js'
import { committedNetworks, modelPath } from '../networks/committed.js'
import { root } from '../run-caplet.js'
import { type Anatomy, anatomyOf } from './module-anatomy.js'

const chosen = [
  'keyword.qoperator',
  'two_inputs.qdq.int8',
  'branches.qdq.uint8',
  'mobile.qdq.floatweights',
  'perceptron.qoperator.uint8',
  'weights_200k.qdq',
]
const models = [
  ...['ecg-beat', 'digits'].map((name) => ({
    name,
    path: join(root, 'examples', name, 'model.onnx'),
    shapes: new Map<string, readonly number[]>(),
  })),
  ...committedNetworks()
    .filter(({ name }) => chosen.includes(name))
    .map((network) => ({
      name: network.name,
      path: modelPath(network),
      shapes: new Map(Object.entries(network.dynamic)),
    })),
]
const variants: readonly { name: string; options: Partial<CompileOptions> }[] = [
  { name: 'compiled as it is', options: {} },
  { name: 'with float edges', options: { io: 'float' } },
  { name: 'for a target with a float unit', options: { target: 'nrf52840' } },
]

const cases = models.flatMap((model) =>
  variants
    .filter((_, index) => index === 0 || ['ecg-beat', 'two_inputs.qdq.int8'].includes(model.name))
    .map(({ name, options }) => ({ label: `${model.name} ${name}`, model, options })),
)
const memorySize = '3f'
const memoryGrow = '40'
const [memoryInit, dataDrop] = ['fc 8', 'fc 9']

/** Loads, stores, comparisons, arithmetic and conversions of f32 and f64. */
const isFloat = (opcode: string) => {
  const code = Number.parseInt(opcode, 16)
  const ranges = [
    [0x2a, 0x2b],
    [0x38, 0x39],
    [0x43, 0x44],
    [0x5b, 0x66],
    [0x8b, 0xa6],
    [0xb2, 0xbf],
  ]
  return opcode.startsWith('fc')
    ? Number(opcode.slice(3)) <= 7
    : ranges.some(([a, b]) => code >= a! && code <= b!)
}

it('finds the models that it names', () => expect(models).toHaveLength(2 + chosen.length))

describe.each(cases)('$label', ({ model, options }) => {
  let wasm: Uint8Array<ArrayBuffer>
  let anatomy: Anatomy
  let weights: number
  let edges: string[]
  beforeAll(async () => {
    const capsule = await compileFile(model.path, { ...options, shapes: model.shapes })
    wasm = new Uint8Array(capsule.wasm)
    weights = capsule.sizes.weights
    edges = [...capsule.inputs.map((_, i) => `input_${i}`), ...capsule.outputs.map((_, i) => `output_${i}`)]
    anatomy = anatomyOf(wasm)
  })

  it('imports nothing, and nothing runs before it is asked to', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm))).toEqual([])
    expect(anatomy.imports).toBe(0)
    expect(anatomy.sectionIds).not.toContain(8)
    expect(anatomy.sectionIds).not.toContain(4)
    expect(anatomy.sectionIds).not.toContain(9)
  })

  it('exports what a host may rely on, and nothing else', () => {
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(wasm))
    const globals = [...edges.flatMap((edge) => [edge, `${edge}_bytes`]), '__heap_base', '__data_end']
    const expected = [
      'memory: memory',
      ...['invoke', 'selftest'].map((name) => `${name}: function`),
      ...globals.map((name) => `${name}: global`),
    ]
    expect(exported.map(({ name, kind }) => `${name}: ${kind}`).sort()).toEqual(expected.sort())
  })

  it('has immutable globals and one memory that cannot grow', () => {
    expect(anatomy.globals.filter(({ isMutable }) => isMutable)).toEqual([])
    expect(anatomy.globals.length).toBeGreaterThanOrEqual(2 * edges.length + 2)
    expect(anatomy.memories).toHaveLength(1)
    const [{ minimum, maximum }] = anatomy.memories as [Anatomy['memories'][number]]
    expect(maximum).toBe(minimum)
    expect([...anatomy.opcodes]).not.toContain(memoryGrow)
    expect([...anatomy.opcodes]).not.toContain(memorySize)
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm))
    expect(() => (exports.memory as WebAssembly.Memory).grow(1)).toThrow(RangeError)
    const needed = (exports.__heap_base as WebAssembly.Global).value
    expect((exports.__data_end as WebAssembly.Global).value).toBe(needed)
    expect(Math.ceil(needed / 65536)).toBe(minimum)
  })

  it('keeps its weights in one passive segment, announced before the code and never dropped', () => {
    expect(anatomy.dataCount).toBe(1)
    expect(anatomy.sectionIds.indexOf(12)).toBeLessThan(anatomy.sectionIds.indexOf(10))
    expect(anatomy.segments.map(({ mode }) => mode)).toEqual([1])
    expect(anatomy.segments[0]!.bytes.length).toBeGreaterThanOrEqual(weights)
    expect([...anatomy.opcodes]).toContain(memoryInit)
    expect([...anatomy.opcodes]).not.toContain(dataDrop)
  })

  it('describes itself in two sections, and carries no other', () => {
    expect([...anatomy.customSections].sort()).toEqual(['caplet.descriptor', 'caplet.manifest'])
  })
})

describe('a capsule of the ECG example', () => {
  const floatsOf = async (options: Partial<CompileOptions>) => {
    const { wasm } = await compileFile(join(root, 'examples', 'ecg-beat', 'model.onnx'), options)
    return [...anatomyOf(wasm).opcodes].filter(isFloat)
  }

  it('computes in integers alone', async () => expect(await floatsOf({})).toEqual([]))

  it('requantizes in float32 where a target with a float unit is named', async () => {
    expect(await floatsOf({ target: 'nrf52840' })).toContain('94') // f32.mul
  })
})

describe('the reader of modules', () => {
  const bytes = (...parts: (number | number[])[]) =>
    Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...parts.flat()])

  it('sees what capsules do not have', () => {
    const memory = [5, 3, 1, 0, 1]
    const globals = [6, 6, 1, 0x7f, 1, 0x41, 0x2a, 0x0b]
    // (func i32.const 1  memory.grow 0  drop)
    const code = [10, 9, 1, 7, 0, 0x41, 1, 0x40, 0, 0x1a, 0x0b]
    const data = [11, 7, 1, 0, 0x41, 0, 0x0b, 1, 99]
    const anatomy = anatomyOf(bytes(memory, globals, code, data))
    expect(anatomy.memories).toEqual([{ minimum: 1, maximum: null }])
    expect(anatomy.globals).toEqual([{ type: 0x7f, isMutable: true }])
    expect([...anatomy.opcodes]).toEqual(['41', '40', '1a', 'b'])
    expect(anatomy.segments).toEqual([{ mode: 0, bytes: Uint8Array.of(99) }])
    expect(anatomy.dataCount).toBeNull()
  })

  it('refuses what it does not know', () => {
    expect(() => anatomyOf(bytes([10, 6, 1, 4, 0, 0xfd, 0, 0x0b]))).toThrow('outside the MVP')
    expect(() => anatomyOf(bytes([5, 9, 1]))).toThrow('beyond its whole')
  })
})
