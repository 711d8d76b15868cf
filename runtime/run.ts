// SPDX-License-Identifier: Apache-2.0
// `caplet run`: one call of a capsule on arrays from files, its outputs into a file.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { CapletError, located } from '../compiler/errors.js'
import type { ElementType } from '../compiler/ir/types.js'
import { type NumpyArray, parseArrays, writeNpy, writeNpz } from './arrays.js'
import { edgeBytes, elementsOf } from './edge-values.js'
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
 * Runs the capsule once. Inputs: one .npz with the inputs by name, or one .npy per input in the capsule's order.
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
  const roundsHalfAway = readManifest(wasm).contract.name === 'tflite'
  const edges = capsule.inputs.map((edge) => ({ ...edge, roundsHalfAway }))
  const inputs = collectInputs(edges, inputFiles)
  const results = capsule.invoke(inputs)
  const arrays = new Map<string, NumpyArray>()
  capsule.outputs.forEach((edge, i) => {
    arrays.set(edge.name, { type: edge.type, shape: edge.shape, data: elementsOf(results[i]!, edge) })
  })
  writeWhole(output, write(arrays))
  return { outputs: capsule.outputs.map(({ name, type, shape }) => ({ name, file: output, type, shape })) }
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

function collectInputs(edges: readonly EdgeInfo[], files: readonly string[]): Uint8Array[] {
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
  return edges.map((edge, i) => edgeBytes(arrays[i]!.arrays.get(null)!, edge, arrays[i]!.file))
}

function byName(
  edge: EdgeInfo,
  arrays: ReadonlyMap<string | null, NumpyArray>,
  file: string,
  edges: readonly EdgeInfo[],
): Uint8Array {
  const unknown = [...arrays.keys()].find((name) => !edges.some((other) => other.name === name))
  const array = arrays.get(edge.name)
  if (array && unknown === undefined) return edgeBytes(array, edge, file)
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
