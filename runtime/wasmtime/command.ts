// SPDX-License-Identifier: Apache-2.0
// wasmtime as a program on PATH, running the capsule's WASI form: inputs on stdin, outputs on stdout, one process per call.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CapletError } from '../../compiler/errors.js'
import { readManifest } from '../manifest.js'
import { type CapsuleFiles, checkInputs, type EdgeBytes, type RunningCapsule, trapped } from '../runtime.js'

/** "41.0.3" of "wasmtime 41.0.3 (…)"; null where there is no such program. */
export async function wasmtimeOnPath(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('wasmtime', ['--version'])
    return stdout.trim().replace(/^wasmtime(-cli)? /, '')
  } catch {
    return null
  }
}

export async function openOnPath({ wasm, wasi }: CapsuleFiles): Promise<RunningCapsule> {
  if (!wasi) {
    throw new CapletError({
      code: 'missing-runtime',
      message:
        'The program wasmtime runs only the WASI form of a capsule, and there is none beside this file',
      remedy: 'Compile it with --wasi, or install the Python package: python3 -m pip install wasmtime',
    })
  }
  const { inputs, outputs, memory } = readManifest(wasm)
  const folder = await mkdtemp(join(tmpdir(), 'caplet-wasmtime-'))
  const file = join(folder, 'model.wasi.wasm')
  await writeFile(file, wasi)
  const frame = outputs.reduce((sum, { bytes }) => sum + bytes, 0)
  // A capsule with state: the command starts anew each time, so earlier calls are made again.
  const keepsState = memory.state > 0
  let past: Uint8Array[] = []
  const runOne = async (call: EdgeBytes) => {
    checkInputs(inputs, call)
    const written = await runCommand(file, Buffer.concat([...past, ...call]))
    const calls = 1 + past.length
    if (keepsState) past.push(Buffer.concat(call))
    if (written.length !== calls * frame)
      throw trapped('wasmtime', `it wrote ${written.length} bytes, not ${calls * frame}`)
    let at = written.length - frame
    return outputs.map(({ bytes }) => {
      at += bytes
      return written.slice(at - bytes, at)
    })
  }
  const run = async (calls: readonly EdgeBytes[]) => {
    const results: Uint8Array[][] = []
    for (const call of calls) results.push(await runOne(call))
    return results
  }
  return {
    inputs,
    outputs,
    run,
    reset: async () => {
      past = []
    },
    countOperators: () => null,
    selftest: () => null,
    read: () => null,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function runCommand(file: string, input: Uint8Array): Promise<Uint8Array> {
  const child = spawn('wasmtime', ['run', file])
  const pieces: Buffer[] = []
  let complaint = ''
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.on('data', (text) => {
    complaint += text
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  // A command that ends early has said why; the pipe's own complaint adds nothing.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const status = await ended
  if (status !== 0) throw trapped('wasmtime', complaint.trim() || `exit code ${status}`)
  return new Uint8Array(Buffer.concat(pieces))
}
