// SPDX-License-Identifier: Apache-2.0
// What every runtime must do with the same capsule, and promise 5: one number of executed operators for every input.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Capsule } from '../compiler/codegen/capsule.js'
import { compileFile } from '../compiler/compile.js'
import { CapletError } from '../compiler/errors.js'
import { presentRuntimes } from '../runtime/list.js'
import { nodeRuntime } from '../runtime/node.js'
import { findPython } from '../runtime/python.js'
import type { RunningCapsule } from '../runtime/runtime.js'
import { generatedSamples, type SampleEdge } from '../runtime/verify/samples.js'
import { openOnPath, wasmtimeOnPath } from '../runtime/wasmtime/command.js'
import { Wasmtime, wasmtimeRuntime } from '../runtime/wasmtime/wasmtime.js'
import { committedNetworks, modelPath } from './networks/committed.js'
import { root } from './run-caplet.js'

const availability = await wasmtimeRuntime.availability()
const isAbsent = !('version' in availability)
const reason = 'reason' in availability ? `${availability.reason}; ${availability.remedy}` : ''

const examples = [
  { name: 'ecg-beat', path: join(root, 'examples', 'ecg-beat', 'model.onnx'), shapes: new Map() },
  { name: 'digits', path: join(root, 'examples', 'digits', 'model.onnx'), shapes: new Map() },
]
const committed = committedNetworks().map((network) => ({
  name: network.name,
  path: modelPath(network),
  shapes: new Map(Object.entries(network.dynamic)),
}))
const chosen = [
  'keyword.qdq',
  'keyword.qoperator',
  'two_inputs.qoperator.uint8',
  'gated.qdq.int8',
  'mobile.qdq.floatweights',
  'channels_last.qdq.int8',
]
const networks = [...examples, ...committed.filter(({ name }) => chosen.includes(name))]

/** Multiply-accumulates that the operator count is set against; smaller networks are mostly other work. */
const budgets = new Map([
  ['ecg-beat', 12],
  ['keyword.qdq', 12],
  ['keyword.qoperator', 12],
])

const inputsOf = (capsule: RunningCapsule, count: number) => {
  const edges: SampleEdge[] = capsule.inputs.map((edge) => ({ ...edge, grid: null }))
  const samples = generatedSamples(edges, count, 5)
  return Array.from({ length: samples.length }, (_, index) => samples.at(index))
}

describe.each(networks.map((network) => [network.name, network] as const))('%s', (name, { path, shapes }) => {
  let capsule: Capsule
  let inNode: RunningCapsule
  beforeAll(async () => {
    capsule = await compileFile(path, { shapes })
    inNode = await nodeRuntime.open({ wasm: capsule.wasm, wasi: null })
  })

  it('passes its self test in node', async () => {
    expect(await inNode.selftest()).toBe(0)
  })

  it('gives the same bytes in wasmtime as in node', async ({ skip }) => {
    skip(isAbsent, reason)
    const inWasmtime = await wasmtimeRuntime.open({ wasm: capsule.wasm, wasi: null })
    const inputs = inputsOf(inNode, 50)
    expect(await inWasmtime.run(inputs)).toEqual(await inNode.run(inputs))
    const [output] = capsule.outputs
    const last = await inWasmtime.read(output!.offset, output!.bytes)
    expect(last).toEqual(await inNode.read(output!.offset, output!.bytes))
    expect(await inWasmtime.selftest()).toBe(0)
    await inWasmtime.close()
  })

  it('executes one number of operators for 100 random and all corner inputs', async ({ skip }) => {
    skip(isAbsent, reason)
    const inWasmtime = await wasmtimeRuntime.open({ wasm: capsule.wasm, wasi: null })
    const counts = (await inWasmtime.countOperators(inputsOf(inNode, 100)))!
    expect(counts).toHaveLength(104)
    expect([...new Set(counts)]).toHaveLength(1)
    const budget = budgets.get(name)
    if (budget !== undefined) expect(counts[0]! / capsule.macs).toBeLessThanOrEqual(budget)
    await inWasmtime.close()
  })
})

/** Stands in for the program: runs a WASI command in the package, from `wasmtime run FILE`. */
const program = (python: string) => `#!${python}
import sys
from wasmtime import Engine, Linker, Module, Store, WasiConfig, ExitTrap
if sys.argv[1] == "--version":
    print("wasmtime 0.0.0 (stand-in)")
    sys.exit(0)
engine = Engine()
store = Store(engine)
config = WasiConfig()
config.inherit_stdin(), config.inherit_stdout(), config.inherit_stderr()
store.set_wasi(config)
linker = Linker(engine)
linker.define_wasi()
instance = linker.instantiate(store, Module.from_file(engine, sys.argv[2]))
try:
    instance.exports(store)["_start"](store)
except ExitTrap as end:
    sys.exit(end.code)
`

describe('a program wasmtime on PATH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'caplet-wasmtime-test-'))
  const path = process.env.PATH
  afterAll(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true, force: true })
  })

  it('runs the WASI form of a capsule', async ({ skip }) => {
    const python = await findPython('wasmtime')
    skip(python === null, reason)
    skip(process.platform === 'win32', 'needs a script that starts by its first line')
    writeFileSync(join(folder, 'wasmtime'), program(await absolute(python!)), { mode: 0o755 })
    process.env.PATH = `${folder}${delimiter}${path}`
    expect(await wasmtimeOnPath()).toBe('0.0.0 (stand-in)')
    const { wasm, wasi } = await compileFile(modelOf('two_inputs.qdq.int8'), { wasi: true })
    const running = await openOnPath({ wasm, wasi })
    const inNode = await nodeRuntime.open({ wasm, wasi: null })
    const inputs = inputsOf(inNode, 2)
    expect(await running.run(inputs)).toEqual(await inNode.run(inputs))
    await running.close()
    await expect(openOnPath({ wasm, wasi: null })).rejects.toThrow(/--wasi|WASI form/)
  })
})

const modelOf = (name: string) => modelPath(committedNetworks().find((network) => network.name === name)!)

/** An interpreter that is named without a folder is found by asking it. */
const absolute = async (python: string): Promise<string> =>
  (await promisify(execFile)(python, ['-c', 'import sys; print(sys.executable)'])).stdout.trim()

describe('asking for runtimes', () => {
  it('lists what is present, and refuses a name that is not', async () => {
    const { present, skipped } = await presentRuntimes(undefined)
    expect(
      [...present.map(({ runtime }) => runtime.name), ...skipped.map(({ name }) => name)].sort(),
    ).toEqual(['node', 'wasmtime'])
    await expect(presentRuntimes(['node', 'toaster'])).rejects.toThrow(CapletError)
  })

  it('reports an absent one as skipped, with how to get it; one that was named is an error', async () => {
    const environment = { PATH: process.env.PATH, CAPLET_PYTHON: process.env.CAPLET_PYTHON }
    process.env.PATH = folderWithoutPrograms
    process.env.CAPLET_PYTHON = join(folderWithoutPrograms, 'python')
    try {
      const absent = new Wasmtime()
      const [answer] = [await absent.availability()]
      expect(answer).toMatchObject({
        reason: expect.any(String),
        remedy: expect.stringContaining('pip install'),
      })
    } finally {
      process.env.PATH = environment.PATH
      if (environment.CAPLET_PYTHON === undefined) delete process.env.CAPLET_PYTHON
      else process.env.CAPLET_PYTHON = environment.CAPLET_PYTHON
    }
  })
})

const folderWithoutPrograms = join(root, 'docs', 'decisions')

describe('a capsule that is none', () => {
  it.each([
    ['text', new TextEncoder().encode('hello'), /not a WebAssembly module/],
    ['an empty module', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), /no section caplet.manifest/],
  ])('%s is refused', async (_, wasm, message) => {
    await expect(nodeRuntime.open({ wasm, wasi: null })).rejects.toThrow(message)
    if (!isAbsent) await expect(wasmtimeRuntime.open({ wasm, wasi: null })).rejects.toThrow(message)
  })

  it('a truncated capsule is refused', async () => {
    const { wasm } = await compileFile(modelOf('two_inputs.qdq.int8'))
    for (const part of [0.2, 0.5, 0.9, 0.999]) {
      const cut = wasm.slice(0, Math.floor(wasm.length * part))
      await expect(nodeRuntime.open({ wasm: cut, wasi: null })).rejects.toThrow(CapletError)
    }
  })

  it('inputs of another size are refused', async () => {
    const { wasm } = await compileFile(modelOf('two_inputs.qdq.int8'))
    const running = await nodeRuntime.open({ wasm, wasi: null })
    await expect(running.run([[new Uint8Array(3)]])).rejects.toThrow(/needs \d+ bytes, not 3/)
  })
})

afterAll(() => wasmtimeRuntime.close())
