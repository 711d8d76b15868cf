// SPDX-License-Identifier: Apache-2.0
// The oracle of the numeric contract `tflite`: TFLite Micro's own interpreter, from PyPI, in a process of its own since
// it may abort. One process for all models of a version; after an abort the next model gets a new one.
import { tfliteReference } from '../../compiler/contracts.js'
import { CapletError } from '../../compiler/errors.js'
import { readTflite } from '../../compiler/import/tflite.js'
import { allocate, type ElementType, sizeOf } from '../../compiler/ir/types.js'
import { findOlderTflitePython, findPython } from '../python.js'
import { PythonChild } from '../python-child.js'
import { type Oracle, type OracleTensor, oracleFault } from './oracle.js'
import { tfliteWorker } from './tflite-worker.js'

const reference = 'TFLite Micro'

/** One version of TFLite Micro, in the Python that has it. */
export class TfliteInterpreter {
  readonly #find: () => Promise<string | null>
  readonly #version: string
  /** What names a Python that has this version. */
  readonly #variable: string
  #python: Promise<string | null> | null = null
  #child: PythonChild | null = null
  #nextId = 0

  constructor(find: () => Promise<string | null>, version: string, variable: string) {
    this.#find = find
    this.#version = version
    this.#variable = variable
  }

  /** Whether the interpreter is here in its version; else why not, and what to do. */
  async absent(): Promise<{ reason: string; remedy: string } | null> {
    const remedy = `python3 -m pip install --pre tflite-micro==${this.#version}`
    const running = await this.#start()
    if (running === null) {
      return {
        reason: `no Python with tflite-micro ${this.#version} was found; it exists for Linux on x86-64`,
        remedy: `${remedy}, or name a Python that has it in ${this.#variable}`,
      }
    }
    const version = await running.version
    if (version === this.#version) return null
    return {
      reason: `the contract's reference is tflite-micro ${this.#version}, but version ${version} is installed`,
      remedy,
    }
  }

  async #start(): Promise<PythonChild | null> {
    this.#python ??= this.#find()
    const path = await this.#python
    if (path !== null) this.#child ??= new PythonChild(path, tfliteWorker)
    return this.#child
  }

  /** Throws CapletError where the interpreter is absent, or oracle-load where it refuses the model. */
  async open(model: Uint8Array): Promise<Oracle> {
    const absent = await this.absent()
    if (absent)
      throw new CapletError({
        code: 'missing-runtime',
        message: `TFLite Micro: ${absent.reason}`,
        remedy: absent.remedy,
      })
    const { inputs, outputs, tensors } = readTflite(model)
    const process = (await this.#start())!
    const id = this.#nextId++
    const ask = async (request: Readonly<Record<string, unknown>>, payload: readonly Uint8Array[] = []) => {
      const code = request.do === 'open' ? 'oracle-load' : 'oracle-run'
      try {
        return await process.ask({ ...request, id }, payload)
      } catch (cause) {
        if (/ended before it had answered/.test((cause as Error).message) && this.#child === process)
          this.#child = null
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
  async close(): Promise<void> {
    await this.#child?.close()
    this.#child = null
  }
}

/** The contract's reference. */
export const tfliteMicro = new TfliteInterpreter(
  () => findPython('numpy', 'tflite_micro'),
  tfliteReference.version,
  'CAPLET_PYTHON',
)

/** What `--tflite-multipliers float32` stands for: the last version before the rule changed. */
export const olderTfliteMicro = new TfliteInterpreter(
  findOlderTflitePython,
  '0.dev20261012203412',
  'CAPLET_OLDER_TFLITE',
)

export const tfliteOracleAbsent = () => tfliteMicro.absent()
export const openTfliteOracle = (model: Uint8Array) => tfliteMicro.open(model)
export const closeTfliteOracle = () => tfliteMicro.close()

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
