// SPDX-License-Identifier: Apache-2.0
// `caplet run`: a capsule on arrays from files, its outputs into a file. One call; where the capsule keeps state, one for each
// step that the arrays hold.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { CapletError, located } from '../compiler/errors.js'
import type { ElementType } from '../compiler/ir/types.js'
import { type NumpyArray, parseArrays, writeNpy, writeNpz } from './arrays.js'
import { type EdgeForm, edgeBytes, elementsOf, samplesOf } from './edge-values.js'
import { readManifest } from './manifest.js'
import { openNode } from './node.js'
import type { EdgeInfo } from './runtime.js'

/** What was written: docs/json.md. */
export interface RunResult {
  readonly outputs: readonly {
    readonly name: string
    readonly file: string
    readonly type: ElementType
    readonly shape: readonly number[]
  }[]
}

/**
 * Runs the capsule once; with state, from a reset on, once for each step: arrays may then have an axis of steps in front,
 * and so have the outputs. Inputs: one .npz with the inputs by name, or one .npy per input in the capsule's order.
 * Output: .npz takes every output by name, .npy the only one. Throws CapletError; then nothing is written.
 */
export async function runCapsule(
  path: string,
  inputFiles: readonly string[],
  output: string,
): Promise<RunResult> {
  const wasm = readFile(path, 'Give the path of a capsule, model.wasm.')
  const capsule = await openNode(wasm).catch((error: unknown) => {
    throw located(path, error)
  })
  const result = capsule.selftest()
  if (result !== 0) {
    throw new CapletError({
      code: 'selftest-failed',
      message: `The capsule fails its own self test (result ${result}): its code or its weights are damaged`,
      remedy: 'Compile the model again.',
      file: path,
    })
  }
  const write = writerFor(output, capsule.outputs)
  const { contract, memory } = readManifest(wasm)
  const edges = capsule.inputs.map((edge) => ({ ...edge, roundsHalfAway: contract.name === 'tflite' }))
  const given = collectInputs(edges, inputFiles)
  const { steps, isStacked } = stepsOf(given, memory.state > 0)
  const results = steps.map((inputs) => capsule.invoke(inputs))
  const arrays = new Map<string, NumpyArray>()
  const outputs = capsule.outputs.map((edge, i) => {
    const { name, type } = edge
    const shape = isStacked ? [steps.length, ...edge.shape] : edge.shape
    const bytes = Buffer.concat(results.map((result) => result[i]!))
    arrays.set(name, { type, shape, data: elementsOf(bytes, { type, shape }) })
    return { name, file: output, type, shape }
  })
  writeWhole(output, write(arrays))
  return { outputs }
}

/** An input's array, and the file that it comes from. */
interface Given {
  readonly edge: EdgeForm
  readonly array: NumpyArray
  readonly file: string
}

/** Inputs of each call. isStacked: an array has an axis of steps. */
function stepsOf(
  given: readonly Given[],
  keepsState: boolean,
): { steps: Uint8Array[][]; isStacked: boolean } {
  if (!keepsState) {
    return { steps: [given.map(({ array, edge, file }) => edgeBytes(array, edge, file))], isStacked: false }
  }
  const columns = given.map(({ array, edge, file }) => samplesOf(array, edge, file))
  const lengths = new Set(columns.map(({ length }) => length))
  if (lengths.size > 1) {
    throw new CapletError({
      code: 'shape-mismatch',
      message: `The arrays hold different numbers of steps: ${[...lengths].join(', ')}`,
      remedy: 'Give every input the same number of steps.',
    })
  }
  const [count = 1] = lengths
  return {
    steps: Array.from({ length: count }, (_, step) => columns.map((column) => column[step]!)),
    isStacked: given.some(({ array, edge }) => String(array.shape) !== String(edge.shape)),
  }
}

/** Throws CapletError unreadable-file. */
export function readFile(path: string, remedy: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'no permission' }[code ?? '']
    throw new CapletError({
      code: 'unreadable-file',
      message: `${path} cannot be read: ${reason ?? code}`,
      remedy,
      file: path,
    })
  }
}

type Writer = (arrays: ReadonlyMap<string, NumpyArray>) => Uint8Array

function writerFor(output: string, edges: readonly EdgeInfo[]): Writer {
  const ending = extname(output)
  if (ending === '.npz') return writeNpz
  if (ending === '.npy' && edges.length === 1) return (arrays) => writeNpy([...arrays.values()][0]!)
  const names = edges.map(({ name }) => `"${name}"`).join(', ')
  throw new CapletError({
    code: 'bad-array',
    message:
      ending === '.npy'
        ? `A .npy file holds one array, but the capsule has ${edges.length} outputs: ${names}`
        : `${output} ends neither in .npy nor in .npz`,
    remedy: 'Name a .npz file; it takes every output by name.',
    file: output,
  })
}

function collectInputs(edges: readonly EdgeInfo[], files: readonly string[]): Given[] {
  const arrays = files.map((file) => ({ file, arrays: parseArrays(readFile(file, 'Check the path.'), file) }))
  const named = arrays.find((entry) => !entry.arrays.has(null))
  if (named && files.length === 1) return edges.map((edge) => byName(edge, named.arrays, named.file, edges))
  if (named || files.length !== edges.length) {
    const names = edges.map(({ name }) => `"${name}"`).join(', ')
    const given = `${files.length} ${files.length === 1 ? 'file was' : 'files were'} given`
    throw new CapletError({
      code: 'missing-input',
      message: named
        ? `${named.file} holds inputs by name, but other files are given with it`
        : `The capsule has ${edges.length} inputs (${names}), but ${given}`,
      remedy: 'Give one .npy file for each, in this order, or a single .npz that has them by name.',
    })
  }
  return edges.map((edge, i) => ({ edge, array: arrays[i]!.arrays.get(null)!, file: arrays[i]!.file }))
}

function byName(
  edge: EdgeInfo,
  arrays: ReadonlyMap<string | null, NumpyArray>,
  file: string,
  edges: readonly EdgeInfo[],
): Given {
  const unknown = [...arrays.keys()].find((name) => !edges.some((other) => other.name === name))
  const array = arrays.get(edge.name)
  if (array && unknown === undefined) return { edge, array, file }
  const names = edges.map(({ name }) => `"${name}"`).join(', ')
  throw new CapletError({
    code: 'missing-input',
    message: array ? `${file} has an array "${unknown}"` : `${file} has no array "${edge.name}"`,
    remedy: `Its arrays must be the capsule's inputs: ${names}.`,
    file,
  })
}

/** Under a name of its own first, so that nothing half-written is left. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const partial = `${path}.partial`
  try {
    writeFileSync(partial, bytes)
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw new CapletError({
      code: 'unwritable-file',
      message: `${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`,
      remedy: 'Choose another output path.',
      file: path,
    })
  }
}
