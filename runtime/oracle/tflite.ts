// SPDX-License-Identifier: Apache-2.0
// The oracle of the numeric contract `tflite`: TFLite Micro's own interpreter, from PyPI, in a process of its own since
// it may abort. One process for all models; after an abort the next model gets a new one.
import { tfliteReference } from '../../compiler/contracts.js'
import { CapletError } from '../../compiler/errors.js'
import { readTflite } from '../../compiler/import/tflite.js'
import { allocate, type ElementType, sizeOf } from '../../compiler/ir/types.js'
import { findPython } from '../python.js'
import { PythonChild } from '../python-child.js'
import { type Oracle, type OracleTensor, oracleFault } from './oracle.js'
import { tfliteWorker } from './tflite-worker.js'

const reference = 'TFLite Micro'

let python: Promise<string | null> | null = null
let child: PythonChild | null = null
let nextId = 0

/** Whether the interpreter is here in the contract's version; else why not, and what to do. */
export async function tfliteOracleAbsent(): Promise<{ reason: string; remedy: string } | null> {
  const running = await start()
  if (running === null) {
    return {
      reason: 'no Python with the package tflite-micro was found; it exists for Linux on x86-64',
      remedy: `python3 -m pip install --pre tflite-micro==${tfliteReference.version}, or name a Python that has it in CAPLET_PYTHON`,
    }
  }
  const version = await running.version
  if (version === tfliteReference.version) return null
  return {
    reason: `the contract's reference is tflite-micro ${tfliteReference.version}, but version ${version} is installed`,
    remedy: `python3 -m pip install --pre tflite-micro==${tfliteReference.version}`,
  }
}

async function start(): Promise<PythonChild | null> {
  python ??= findPython('numpy', 'tflite_micro')
  const path = await python
  if (path !== null) child ??= new PythonChild(path, tfliteWorker)
  return child
}

/** Throws CapletError where the interpreter is absent, or oracle-load where it refuses the model. */
export async function openTfliteOracle(model: Uint8Array): Promise<Oracle> {
  const absent = await tfliteOracleAbsent()
  if (absent)
    throw new CapletError({
      code: 'missing-runtime',
      message: `TFLite Micro: ${absent.reason}`,
      remedy: absent.remedy,
    })
  const { inputs, outputs, tensors } = readTflite(model)
  const process = (await start())!
  const id = nextId++
  const ask = async (request: Readonly<Record<string, unknown>>, payload: readonly Uint8Array[] = []) => {
    const code = request.do === 'open' ? 'oracle-load' : 'oracle-run'
    try {
      return await process.ask({ ...request, id }, payload)
    } catch (cause) {
      if (/ended before it had answered/.test((cause as Error).message) && child === process) child = null
      throw oracleFault(code, reference, cause)
    }
  }
  await ask({ do: 'open' }, [model])
  return {
    inputNames: inputs,
    outputNames: outputs,
    inputTypes: new Map(inputs.map((name) => [name, tensors.get(name)!.type])),
    run: async (feeds) => {
      const given = inputs.map((name) => feeds[name]!)
      const { header, payload } = await ask(
        { do: 'run', inputs: given.map(describe), outputs: outputs.length },
        given.map(bytesOf),
      )
      return decode(header.outputs as Described[], payload, outputs)
    },
    reset: async () => {
      await ask({ do: 'reset' })
    },
    release: async () => {
      await ask({ do: 'close' })
    },
  }
}

/** Ends the process; a later model starts a new one. */
export async function closeTfliteOracle(): Promise<void> {
  await child?.close()
  child = null
}

interface Described {
  readonly type: string
  readonly dims: readonly number[]
  readonly bytes: number
}

const bytesOf = ({ data }: OracleTensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

const describe = ({ type, dims, data }: OracleTensor): Described => ({ type, dims, bytes: data.byteLength })

function decode(
  described: readonly Described[],
  payload: Uint8Array,
  names: readonly string[],
): Record<string, OracleTensor> {
  const results: Record<string, OracleTensor> = {}
  let at = 0
  for (const [index, { type, dims, bytes }] of described.entries()) {
    const data = allocate(type as ElementType, sizeOf(dims))
    new Uint8Array(data.buffer).set(payload.subarray(at, at + bytes))
    at += bytes
    results[names[index]!] = { type, dims, data }
  }
  return results
}
