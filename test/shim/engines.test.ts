// SPDX-License-Identifier: Apache-2.0
// Every engine gives the bytes that node gives, with the capsule in read-only memory and under sanitizers.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { type EngineName, engineNames } from '../../runtime/engines/list.js'
import { nodeRuntime } from '../../runtime/node.js'
import type { EdgeBytes } from '../../runtime/runtime.js'
import { generatedSamples, type SampleEdge } from '../../runtime/verify/samples.js'
import { committedNetworks, modelPath } from '../networks/committed.js'
import { root } from '../run-caplet.js'
import { interpreterProgram, missingTools, sanitizers, testFile } from './host-build.js'

const folder = mkdtempSync(join(tmpdir(), 'caplet-shim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Network {
  readonly name: string
  readonly path: string
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

const networks: Network[] = [
  { name: 'ecg-beat', path: join(root, 'examples', 'ecg-beat', 'model.onnx'), shapes: new Map() },
  { name: 'digits', path: join(root, 'examples', 'digits', 'model.onnx'), shapes: new Map() },
  ...committedNetworks().map((network) => ({
    name: network.name,
    path: modelPath(network),
    shapes: new Map(Object.entries(network.dynamic)),
  })),
]

/** A capsule with inputs and what node makes of them. */
interface Subject {
  readonly file: string
  readonly inputs: readonly EdgeBytes[]
  readonly outputs: readonly EdgeBytes[]
  readonly total: number
}

const subjects = new Map<string, Promise<Subject>>()

function subjectOf(network: Network): Promise<Subject> {
  const known = subjects.get(network.name) ?? makeSubject(network)
  subjects.set(network.name, known)
  return known
}
async function makeSubject({ name, path, shapes }: Network): Promise<Subject> {
  const capsule = await compileFile(path, { shapes })
  const file = join(folder, `${name}.wasm`)
  writeFileSync(file, capsule.wasm)
  const node = await nodeRuntime.open({ wasm: capsule.wasm, wasi: null })
  const edges: SampleEdge[] = node.inputs.map((edge) => ({ ...edge, grid: null }))
  const samples = generatedSamples(edges, 12, 7)
  const inputs = Array.from({ length: samples.length }, (_, index) => samples.at(index))
  return { file, inputs, outputs: await node.run(inputs), total: capsule.memory.total }
}

function run(program: string, memory: number, files: readonly string[], input: Uint8Array) {
  const result = spawnSync(program, [String(memory), ...files], { input, maxBuffer: 1 << 26 })
  return { status: result.status, output: new Uint8Array(result.stdout), log: result.stderr.toString() }
}

const joined = (samples: readonly EdgeBytes[]): Uint8Array => Buffer.concat(samples.flat())

describe.each(engineNames)('%s', async (engine: EngineName) => {
  const missing = await missingTools(engine)
  let program: string
  beforeAll(async () => {
    if (!missing)
      program = await interpreterProgram(engine, testFile('run-capsules.c'), ['-O1', ...sanitizers])
  })

  it.each(networks.map((network) => [network.name, network] as const))('%s', async (_, network) => {
    const { file, inputs, outputs, total } = await subjectOf(network)
    const { status, output, log } = run(program, total + 200_000, [file], joined(inputs))
    expect(log).not.toMatch(/error|runtime/i)
    expect(status).toBe(0)
    expect(Buffer.compare(output, joined(outputs))).toBe(0)
  })
})
