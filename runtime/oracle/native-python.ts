// SPDX-License-Identifier: Apache-2.0
// Python's onnxruntime in a child process. Both directions carry frames: u32 length, JSON { name: { type, dims, bytes } }
// or { error }, then the tensors' bytes in the JSON's order; all little-endian.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { allocate, type ElementType } from '../../compiler/ir/types.js'
import { findPython } from '../python.js'
import { FrameReader } from './frame-reader.js'
import type { NativeOracle } from './native.js'
import { type OracleOptions, type OracleTensor, oracleFault } from './oracle.js'

const WORKER = `
import json, struct, sys
import numpy as np
import onnxruntime as ort

dtypes = {"bool": np.bool_, **{t: np.dtype(t) for t in
    "float32 float64 int8 uint8 int16 uint16 int32 uint32 int64 uint64".split()}}

def send(header, payload=b""):
    text = json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack("<I", len(text)) + text + payload)
    sys.stdout.buffer.flush()

def receive():
    size = sys.stdin.buffer.read(4)
    if len(size) < 4:
        sys.exit(0)
    header = json.loads(sys.stdin.buffer.read(struct.unpack("<I", size)[0]))
    return {name: np.frombuffer(sys.stdin.buffer.read(t["bytes"]), dtypes[t["type"]]).reshape(t["dims"])
            for name, t in header.items()}

try:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
except Exception as error:
    send({"error": str(error)})
    sys.exit(0)
names = [output.name for output in session.get_outputs()]
send({"version": ort.__version__, "inputs": [i.name for i in session.get_inputs()], "outputs": names})
while True:
    feeds = receive()
    try:
        results = [np.ascontiguousarray(r) for r in session.run(names, feeds)]
    except Exception as error:
        send({"error": str(error)})
        continue
    send({n: {"type": str(r.dtype), "dims": r.shape, "bytes": r.nbytes} for n, r in zip(names, results)},
         b"".join(r.tobytes() for r in results))
`

interface Greeting {
  readonly version: string
  readonly inputs: string[]
  readonly outputs: string[]
}
type TensorHeaders = Record<string, { type: string; dims: number[]; bytes: number }>

const PACKAGE = 'onnxruntime (Python)'

export async function openPythonOracle(
  model: Uint8Array,
  options: OracleOptions,
): Promise<NativeOracle | null> {
  const python = await findPython('numpy', 'onnxruntime')
  if (!python) return null
  const folder = await mkdtemp(join(tmpdir(), 'caplet-native-'))
  let child: ChildProcessWithoutNullStreams | undefined
  try {
    await writeModelFiles(folder, model, options)
    child = spawn(python, ['-c', WORKER, join(folder, 'model.onnx')])
    const worker = new Worker(child)
    const greeting = (await worker.receiveHeader('oracle-load')) as Greeting
    return {
      inputNames: greeting.inputs,
      outputNames: greeting.outputs,
      reference: `${PACKAGE} ${greeting.version} on ${process.arch}`,
      run: (feeds) => worker.run(feeds),
      reset: async () => {},
      release: () => worker.end(),
    }
  } catch (cause) {
    child?.kill()
    throw cause
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeModelFiles(folder: string, model: Uint8Array, options: OracleOptions): Promise<void> {
  await writeFile(join(folder, 'model.onnx'), model)
  for (const { path, data } of options.externalData ?? []) {
    const inside = normalize(path)
    if (isAbsolute(inside) || inside.startsWith('..')) {
      throw oracleFault('oracle-load', PACKAGE, `external data lies outside the model's folder: ${path}`)
    }
    await mkdir(dirname(join(folder, inside)), { recursive: true })
    await writeFile(join(folder, inside), data)
  }
}

/** One request at a time: the next one is written when the answer to the last has been read. */
class Worker {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #reader: FrameReader
  #queue: Promise<unknown> = Promise.resolve()
  #complaint = ''

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    this.#reader = new FrameReader(child.stdout)
    child.stderr.on('data', (text) => {
      this.#complaint += text
    })
    child.on('error', (error) => this.#reader.fail(error))
    child.stdin.on('error', (error) => this.#reader.fail(error))
  }

  run(feeds: Readonly<Record<string, OracleTensor>>): Promise<Record<string, OracleTensor>> {
    const answer = this.#queue.then(() => this.#runNow(feeds))
    this.#queue = answer.catch(() => undefined)
    return answer
  }

  async #runNow(feeds: Readonly<Record<string, OracleTensor>>): Promise<Record<string, OracleTensor>> {
    const header: TensorHeaders = {}
    for (const [name, { type, dims, data }] of Object.entries(feeds)) {
      header[name] = { type, dims: [...dims], bytes: data.byteLength }
    }
    const text = Buffer.from(JSON.stringify(header))
    const size = Buffer.alloc(4)
    size.writeUInt32LE(text.length)
    const payload = Object.values(feeds).map(({ data }) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    )
    this.#child.stdin.write(Buffer.concat([size, text, ...payload]))

    const results: Record<string, OracleTensor> = {}
    for (const [name, { type, dims, bytes }] of Object.entries(
      (await this.receiveHeader('oracle-run')) as TensorHeaders,
    )) {
      results[name] = decode(type, dims, await this.#reader.read(bytes))
    }
    return results
  }

  async receiveHeader(code: 'oracle-load' | 'oracle-run'): Promise<unknown> {
    try {
      const length = (await this.#reader.read(4)).readUInt32LE()
      const header = JSON.parse((await this.#reader.read(length)).toString())
      if (typeof header.error === 'string') throw new Error(header.error)
      return header
    } catch (cause) {
      throw oracleFault(code, PACKAGE, this.#complaint.trim() || cause)
    }
  }

  async end(): Promise<void> {
    await this.#queue
    this.#child.stdin.end()
  }
}

function decode(type: string, dims: readonly number[], bytes: Uint8Array): OracleTensor {
  const elements = dims.reduce((product, dimension) => product * dimension, 1)
  const data = allocate(type as ElementType, elements)
  new Uint8Array(data.buffer).set(bytes)
  return { type, dims, data }
}
