// SPDX-License-Identifier: Apache-2.0
// A small program becomes a capsule that runs, keeps its promises and has the same bytes every time.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WASI } from 'node:wasi'
import { beforeAll, describe, expect, test } from 'vitest'
import { CapletError } from '../errors.js'
import { type AssembleOptions, assemble } from './assemble.js'
import type { Capsule } from './capsule.js'
import { decodeDescriptor, describeManifest } from './descriptor.js'
import {
  exampleAssembly,
  exampleInfo,
  exampleOutput,
  exampleProgram,
  firstWeights,
} from './example.fixture.js'
import { parseManifest } from './manifest.js'
import { readSections, sectionBytes, sectionIds } from './module-sections.js'
import { measureOperandStack } from './operand-stack.js'
import type { Program } from './program.js'
import { patternInputs } from './selftest.js'

const options = (more: Partial<AssembleOptions> = {}): AssembleOptions => ({
  name: 'example',
  assembly: exampleAssembly(),
  ...more,
})

interface CapsuleExports {
  memory: WebAssembly.Memory
  invoke(): void
  selftest(): number
  reset(): void
}

async function instantiate(wasm: Uint8Array) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>))
  const number = (name: string) => (exports[name] as WebAssembly.Global).value as number
  const { memory, invoke, selftest, reset } = exports as unknown as CapsuleExports
  const bytes = (edge: string) => new Uint8Array(memory.buffer, number(edge), number(`${edge}_bytes`))
  return { memory, invoke, selftest, reset, number, bytes, names: Object.keys(exports) }
}

let capsule: Capsule
beforeAll(async () => {
  capsule = await assemble(exampleProgram(), exampleInfo, options({ wasi: true }))
})

describe('the module', () => {
  test('computes what the kernels say, again and again', async () => {
    const { invoke, bytes } = await instantiate(capsule.wasm)
    for (const input of [
      [0, 1, 2, 3],
      [128, 127, 255, 200],
      [0, 1, 2, 3],
    ].map((x) => Uint8Array.from(x))) {
      bytes('input_0').set(input)
      invoke()
      expect(bytes('output_0').slice()).toEqual(exampleOutput(input))
    }
  })

  test('exports exactly what a host may rely on', async () => {
    const { names, number } = await instantiate(capsule.wasm)
    const edges = ['input_0', 'input_0_bytes', 'output_0', 'output_0_bytes']
    const expected = ['memory', 'invoke', 'selftest', ...edges, '__heap_base', '__data_end']
    expect([...names].sort()).toEqual(expected.sort())
    expect(number('__heap_base')).toBe(capsule.memory.total)
    expect(number('__data_end')).toBe(capsule.memory.total)
    expect(number('input_0')).toBe(capsule.inputs[0]!.offset)
  })

  test('needs no more memory than it states: everything behind __heap_base stays as it was', async () => {
    const { memory, invoke, selftest, bytes } = await instantiate(capsule.wasm)
    new Uint8Array(memory.buffer).fill(0xa5)
    bytes('input_0').set([1, 2, 3, 4])
    invoke()
    selftest()
    expect(new Uint8Array(memory.buffer, capsule.memory.total).every((byte) => byte === 0xa5)).toBe(true)
    expect(new Uint8Array(memory.buffer, 0, 16).every((byte) => byte === 0xa5)).toBe(true)
  })

  test('has one passive segment, its count before the code, and a fixed memory', () => {
    const sections = readSections(capsule.wasm)
    expect([...sectionBytes(sections, sectionIds.data)].slice(0, 3)).toEqual([1, 1, 8])
    expect([...sectionBytes(sections, sectionIds.memory)]).toEqual([1, 1, 1, 1])
    const ids = sections.map((section) => section.id)
    expect(ids.indexOf(12)).toBeLessThan(ids.indexOf(sectionIds.code))
    expect(
      sections.filter((section) => section.id === sectionIds.custom).map((section) => section.name),
    ).toEqual(['caplet.manifest', 'caplet.descriptor'])
  })
})

describe('a capsule with state', () => {
  const initial = [7, 8, 9, 10]
  /** Gives what the run before computed. */
  const delayed: Program = {
    ...exampleProgram(),
    outputs: [{ ...exampleProgram().outputs[0]!, tensor: 'shown' }],
    tensors: new Map(
      ['x', 'hidden', 'flat', 'y', 'state', 'shown'].map((name) => {
        return [name, { ...exampleProgram().tensors.get('y')!, name }]
      }),
    ),
    states: [{ before: 'state', after: 'y', initial: Uint8Array.from(initial) }],
    steps: [
      ...exampleProgram().steps,
      { ...exampleProgram().steps[1]!, inputs: ['state'], outputs: ['shown'] },
    ],
  }
  const info = { ...exampleInfo, expectedOutputs: () => [Uint8Array.from(initial)] }

  test('keeps it from run to run, until reset or selftest', async () => {
    const { wasm, memory, manifest } = await assemble(delayed, info, options())
    expect(memory).toMatchObject({ state: 16, total: memory.arena + 16 })
    expect(manifest.memory).toEqual({ arena: memory.arena, state: 16, total: memory.total })
    const { invoke, selftest, reset, bytes } = await instantiate(wasm)
    const run = (...input: number[]) => {
      bytes('input_0').set(input)
      invoke()
      return [...bytes('output_0')]
    }
    reset()
    const first = [...exampleOutput(Uint8Array.of(1, 2, 3, 4))]
    expect(run(1, 2, 3, 4)).toEqual(initial)
    expect(run(5, 6, 7, 8)).toEqual(first)
    reset()
    expect(run(1, 2, 3, 4)).toEqual(initial)
    expect(selftest()).toBe(0)
    expect(run(9, 9, 9, 9)).toEqual(initial)
  })
})

test('says about itself what the compiler says, to any host and to devices', () => {
  const sections = readSections(capsule.wasm)
  const section = (name: string) => sectionBytes(sections, sectionIds.custom, name)
  expect(parseManifest(section('caplet.manifest'))).toEqual(capsule.manifest)
  const operandStack = measureOperandStack(capsule.wasm)
  expect(operandStack.cells).toBeGreaterThan(0)
  expect(decodeDescriptor(section('caplet.descriptor'))).toEqual(
    describeManifest(capsule.manifest, operandStack),
  )
  expect(section('caplet.descriptor')).toEqual(capsule.descriptor)
  expect(capsule.manifest.memory.total).toBe(capsule.memory.total)
  expect(capsule.sizes.manifest).toBe(section('caplet.manifest').length)
})

describe('selftest', () => {
  test('passes, with any memory contents before it', async () => {
    const { memory, selftest } = await instantiate(capsule.wasm)
    new Uint8Array(memory.buffer).fill(0xff)
    expect(selftest()).toBe(0)
  })

  test('finds every single flipped bit of the weights', async () => {
    const offset = Buffer.from(capsule.wasm).lastIndexOf(Buffer.from(firstWeights))
    for (let bit = 0; bit < 8 * capsule.sizes.segment; bit++) {
      const damaged = capsule.wasm.slice()
      damaged[offset + (bit >> 3)]! ^= 1 << (bit & 7)
      expect((await instantiate(damaged)).selftest()).not.toBe(0)
    }
  })

  test('fails when the reference expects another output', async () => {
    const info = { ...exampleInfo, expectedOutputs: () => [Uint8Array.of(1, 2, 3, 4)] }
    expect((await instantiate((await assemble(exampleProgram(), info, options())).wasm)).selftest()).not.toBe(
      0,
    )
  })

  test.each(['bool', 'int8', 'uint8', 'int16', 'int32', 'int64', 'float32'] as const)(
    'fills an input of type %s with the same pattern as the compiler',
    async (type) => {
      const program = passThrough(type)
      const info = { ...exampleInfo, expectedOutputs: (inputs: Uint8Array[]) => inputs }
      const { wasm } = await assemble(program, info, options())
      const { selftest, bytes } = await instantiate(wasm)
      expect(selftest()).toBe(0)
      expect([bytes('output_0').slice()]).toEqual(patternInputs(program.inputs))
    },
  )
})

/** A model that only changes the shape: its output may not be its input, so the view becomes a copy. */
function passThrough(type: Program['inputs'][number]['type']): Program {
  const tensors = [
    { name: 'x', type, shape: [2, 3], layout: { order: [0, 1] } },
    { name: 'y', type, shape: [6], layout: { order: [0] } },
  ]
  const [x, y] = tensors.map(({ name, shape }) => ({ name, type, shape, quantization: null, tensor: name }))
  const reshape = { ...exampleProgram().steps[1]!, inputs: ['x'], outputs: ['y'] }
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  return { name: 'pass', inputs: [x!], outputs: [y!], tensors: byName, steps: [reshape] }
}

describe('the weight segment', () => {
  test('stores equal bytes of two steps once', async () => {
    const twice = await assemble(exampleProgram(firstWeights), exampleInfo, options())
    expect(twice.sizes.segment).toBe(4)
    expect(twice.sizes.weights).toBe(4)
    expect(twice.steps.map((step) => step.segmentBytes)).toEqual([4, 0, 0])
    const { invoke, bytes } = await instantiate(twice.wasm)
    bytes('input_0').set([9, 8, 7, 6])
    invoke()
    expect(bytes('output_0').slice()).toEqual(exampleOutput(Uint8Array.of(9, 8, 7, 6), firstWeights))
  })

  test('is there, and empty, where a network has no constants', async () => {
    const info = { ...exampleInfo, expectedOutputs: null }
    const { wasm, sizes } = await assemble(passThrough('int8'), info, options())
    expect([...sectionBytes(readSections(wasm), sectionIds.data)]).toEqual([1, 1, 0])
    expect(sizes.segment).toBe(0)
    expect((await instantiate(wasm)).names).not.toContain('selftest')
  })
})

test('without memory reuse every tensor can be read after invoke', async () => {
  const separate = await assemble(exampleProgram(), exampleInfo, options({ reuseMemory: false }))
  const { memory, invoke, bytes } = await instantiate(separate.wasm)
  const input = Uint8Array.of(10, 20, 30, 40)
  bytes('input_0').set(input)
  invoke()
  const read = (tensor: string) => new Uint8Array(memory.buffer, separate.layout.addresses.get(tensor)!, 4)
  expect([...read('x')]).toEqual([...input])
  expect([...read('hidden')]).toEqual([10, 21, 26, 43])
  expect([...read('flat')]).toEqual([10, 21, 26, 43])
  expect([...read('y')]).toEqual([...exampleOutput(input)])
  expect(new Set(separate.layout.addresses.values()).size).toBe(4)
})

describe('bytes are reproducible', () => {
  test('in four builds at once', async () => {
    const builds = await Promise.all(
      [1, 2, 3, 4].map(() => assemble(exampleProgram(), exampleInfo, options())),
    )
    expect(builds.map((build) => build.sha256)).toEqual([1, 2, 3, 4].map(() => capsule.sha256))
    expect(builds.map((build) => [...build.sources])).toEqual(builds.map(() => [...capsule.sources]))
  })

  test('after a build that failed, and from another working directory', async () => {
    const { shared, kernel } = exampleAssembly()
    const broken = new Map(kernel('')).set('kernel.ts', 'export function run(): void { nowhere() }')
    const failing = assemble(
      exampleProgram(),
      exampleInfo,
      options({ assembly: { shared, kernel: () => broken } }),
    )
    await expect(failing).rejects.toThrow(CapletError)
    const before = process.cwd()
    process.chdir(tmpdir())
    try {
      expect((await assemble(exampleProgram(), exampleInfo, options())).sha256).toBe(capsule.sha256)
    } finally {
      process.chdir(before)
    }
  })
})

test('the command form answers frame after frame, and refuses half a frame', () => {
  const frames = [
    [1, 2, 3, 4],
    [250, 0, 100, 7],
  ].map((frame) => Uint8Array.from(frame))
  const run = (input: Uint8Array) => runCommand(capsule.wasi!, input)
  expect(run(Buffer.concat(frames))).toEqual({
    code: 0,
    output: Buffer.concat(frames.map((frame) => exampleOutput(frame))),
  })
  expect(run(Uint8Array.of(1, 2, 3, 4, 5)).code).toBe(65)
  expect(run(new Uint8Array(0))).toEqual({ code: 0, output: Buffer.alloc(0) })
})

function runCommand(wasm: Uint8Array, input: Uint8Array): { code: number; output: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'caplet-command-'))
  writeFileSync(join(folder, 'input'), input)
  const stdin = openSync(join(folder, 'input'), 'r')
  const stdout = openSync(join(folder, 'output'), 'w')
  try {
    const wasi = new WASI({ version: 'preview1', stdin, stdout, returnOnExit: true })
    const module = new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)
    const code =
      wasi.start(new WebAssembly.Instance(module, wasi.getImportObject() as WebAssembly.Imports)) ?? 0
    return { code, output: readFileSync(join(folder, 'output')) }
  } finally {
    closeSync(stdin)
    closeSync(stdout)
    rmSync(folder, { recursive: true })
  }
}
