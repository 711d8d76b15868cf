// SPDX-License-Identifier: Apache-2.0
// wasmtime through its Python package: one worker process for all capsules.
import { CapletError } from '../../compiler/errors.js'
import { weightSegment } from '../kernels/twin.js'
import { twinModule } from '../kernels/twin-module.js'
import { notACapsule, readManifest } from '../manifest.js'
import type { PythonChild } from '../python-child.js'
import { checkInputs, type EdgeBytes, type EdgeInfo, type RunningCapsule, trapped } from '../runtime.js'

/** Input and output bytes of one request: long runs are cut into several, so that none grows large. */
const requestBytes = 1 << 22

let nextId = 0

/** Throws CapletError where the file is no capsule. */
export async function openInPackage(child: PythonChild, wasm: Uint8Array): Promise<RunningCapsule> {
  const { inputs, outputs } = readManifest(wasm)
  const plain = await openOnce(child, wasm, false)
  let counting: number | null = null
  const run = async (id: number, calls: readonly EdgeBytes[]) => {
    for (const call of calls) checkInputs(inputs, call)
    return runAll(child, id, { inputs, outputs }, calls)
  }
  return {
    inputs,
    outputs,
    run: async (calls) => (await run(plain, calls)).outputs,
    reset: async () => {
      for (const id of counting === null ? [plain] : [plain, counting]) await child.ask({ do: 'reset', id })
    },
    countOperators: async (calls) => {
      counting ??= await openOnce(child, wasm, true)
      return (await run(counting, calls)).operators
    },
    selftest: async () => Number((await child.ask({ do: 'selftest', id: plain })).header.result),
    read: async (address, bytes) => (await child.ask({ do: 'read', id: plain, address, bytes })).payload,
    close: async () => {
      for (const id of counting === null ? [plain] : [plain, counting]) await child.ask({ do: 'close', id })
    },
  }
}

async function openOnce(child: PythonChild, wasm: Uint8Array, count: boolean): Promise<number> {
  const id = nextId++
  try {
    const kernels = await kernelsFor(wasm)
    const sizes = [wasm, ...kernels].map(({ length }) => length)
    await child.ask({ do: 'open', id, count, sizes }, [wasm, ...kernels])
  } catch (error) {
    throw notACapsule(`wasmtime does not load the file: ${(error as Error).message}`)
  }
  return id
}

/** The host kernels' twin and the weights that it reads; nothing for a portable capsule. */
async function kernelsFor(wasm: Uint8Array): Promise<Uint8Array[]> {
  if (readManifest(wasm).kernel_interface === null) return []
  return [await twinModule(), weightSegment(wasm)]
}

interface Edges {
  readonly inputs: readonly EdgeInfo[]
  readonly outputs: readonly EdgeInfo[]
}

async function runAll(
  child: PythonChild,
  id: number,
  { inputs, outputs }: Edges,
  calls: readonly EdgeBytes[],
) {
  const places = (edges: readonly EdgeInfo[]) => edges.map(({ offset, bytes }) => [offset, bytes])
  const bytesOf = (edges: readonly EdgeInfo[]) => edges.reduce((sum, { bytes }) => sum + bytes, 0)
  const most = Math.max(1, Math.floor(requestBytes / Math.max(1, bytesOf(inputs) + bytesOf(outputs))))
  const results: Uint8Array[][] = []
  const operators: number[] = []
  for (let first = 0; first < calls.length; first += most) {
    const part = calls.slice(first, first + most)
    const request = { do: 'run', id, calls: part.length, inputs: places(inputs), outputs: places(outputs) }
    const { header, payload } = await child.ask(request, part.flat()).catch((error: Error) => {
      throw error instanceof CapletError ? error : trapped('wasmtime', error.message)
    })
    results.push(...split(payload, outputs, part.length))
    operators.push(...(header.operators as number[]))
  }
  return { outputs: results, operators }
}

function split(payload: Uint8Array, outputs: readonly EdgeInfo[], calls: number): Uint8Array[][] {
  let at = 0
  return Array.from({ length: calls }, () =>
    outputs.map(({ bytes }) => {
      at += bytes
      return payload.slice(at - bytes, at)
    }),
  )
}
