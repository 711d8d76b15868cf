// SPDX-License-Identifier: Apache-2.0
// What the shim's tests run: the examples and the committed networks, compiled, with inputs and what node makes of them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileFile } from '../../compiler/compile.js'
import { nativeFiles } from '../../compiler/native/native-source.js'
import { nodeRuntime } from '../../runtime/node.js'
import type { EdgeBytes } from '../../runtime/runtime.js'
import { generatedSamples, type SampleEdge } from '../../runtime/verify/samples.js'
import { committedNetworks, modelPath } from '../networks/committed.js'
import { root } from '../run-caplet.js'
import type { NativeCode } from './host-build.js'

export interface Network {
  readonly name: string
  readonly path: string
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

export const networks: readonly Network[] = [
  { name: 'ecg-beat', path: join(root, 'examples', 'ecg-beat', 'model.onnx'), shapes: new Map() },
  { name: 'digits', path: join(root, 'examples', 'digits', 'model.onnx'), shapes: new Map() },
  ...committedNetworks().map((network) => ({
    name: network.name,
    path: modelPath(network),
    shapes: new Map(Object.entries(network.dynamic)),
  })),
]

export const networkNamed = (name: string): Network => networks.find((network) => network.name === name)!

/** Capsules as files; removed by the test file that made it. */
export const folder = mkdtempSync(join(tmpdir(), 'caplet-shim-'))

export interface Subject {
  readonly name: string
  readonly wasm: Uint8Array
  readonly file: string
  readonly inputs: readonly EdgeBytes[]
  readonly outputs: readonly EdgeBytes[]
  readonly total: number
}

const subjects = new Map<string, Promise<Subject>>()

/** Made once. */
export function subjectOf(network: Network): Promise<Subject> {
  const known = subjects.get(network.name) ?? makeSubject(network)
  subjects.set(network.name, known)
  return known
}

async function makeSubject({ name, path, shapes }: Network): Promise<Subject> {
  const { wasm, memory } = await compileFile(path, { shapes })
  const node = await nodeRuntime.open({ wasm, wasi: null })
  const edges: SampleEdge[] = node.inputs.map((edge) => ({ ...edge, grid: null }))
  const samples = generatedSamples(edges, 4, 7)
  const inputs = Array.from({ length: samples.length }, (_, index) => samples.at(index))
  const outputs = await node.run(inputs)
  return { name, wasm, file: writeCapsule(name, wasm), inputs, outputs, total: memory.total }
}

export function writeCapsule(name: string, wasm: Uint8Array): string {
  const file = join(folder, `${name}.wasm`)
  writeFileSync(file, wasm)
  return file
}

export async function nativeCodeOf({ name, wasm }: Pick<Subject, 'name' | 'wasm'>): Promise<NativeCode> {
  const identifier = name.replace(/\W/g, '_')
  return { name: identifier, source: (await nativeFiles(wasm, identifier)).source }
}

export interface Run {
  readonly exitCode: number | null
  readonly output: Uint8Array
  /** Standard error. */
  readonly log: string
}

/**
 * Without the leak checker, which can wait for ever for a process that it has stopped: the shim has no heap to leak.
 * The limit is far beyond what any of these programs takes on a busy machine.
 */
export const sanitized = {
  env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' },
  maxBuffer: 1 << 26,
  timeout: 300_000,
} as const

/** `memory` is the program's first argument: run-capsules.c takes bytes there. `variables`: of its environment. */
export function runProgram(
  program: string,
  memory: number | string,
  files: readonly string[],
  input: Uint8Array = new Uint8Array(0),
  variables: Readonly<Record<string, string>> = {},
): Run {
  const env = { ...sanitized.env, ...variables }
  const { status, stdout, stderr } = spawnSync(program, [String(memory), ...files], {
    ...sanitized,
    env,
    input,
  })
  return { exitCode: status, output: new Uint8Array(stdout), log: stderr.toString() }
}

export const joinInputs = (samples: readonly EdgeBytes[]): Uint8Array => Buffer.concat(samples.flat())

/** As run-capsules.c writes them: a status of 0 before each sample's outputs. */
export const joinOutputs = (samples: readonly EdgeBytes[]): Uint8Array =>
  Buffer.concat(samples.flatMap((sample) => [Uint8Array.of(0), ...sample]))

/** The number behind a key in the program's log. */
export const reported = (log: string, key: string): number[] =>
  [...log.matchAll(new RegExp(`^${key} (\\d+)$`, 'gm'))].map(([, value]) => Number(value))
