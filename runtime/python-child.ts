// SPDX-License-Identifier: Apache-2.0
// A worker program in Python and its frames: both directions carry u32 length, JSON header with the payload's size, payload;
// all little-endian. The first frame is a greeting with a version. Requests are answered in order; several may be under way.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { FrameReader } from './oracle/frame-reader.js'

/** The worker's side of the frames, in Python; the program needs json, struct and sys. */
export const pythonFrames = `
source, sink = sys.stdin.buffer, sys.stdout.buffer

def send(header, payload=b""):
    text = json.dumps({**header, "payload": len(payload)}).encode()
    sink.write(struct.pack("<I", len(text)) + text + payload)
    sink.flush()

def receive():
    size = source.read(4)
    if len(size) < 4:
        sys.exit(0)
    header = json.loads(source.read(struct.unpack("<I", size)[0]))
    return header, source.read(header["payload"])
`

export interface Answer {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Uint8Array
}

export class PythonChild {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #reader: FrameReader
  #last: Promise<unknown>
  #complaint = ''
  readonly version: Promise<string>

  constructor(python: string, program: string) {
    this.#process = spawn(python, ['-c', program])
    this.#reader = new FrameReader(this.#process.stdout)
    this.#process.stderr.on('data', (text) => {
      this.#complaint += text
    })
    for (const source of [this.#process, this.#process.stdin]) {
      source.on('error', (error) => this.#reader.fail(error))
    }
    const greeting = this.#receive()
    this.version = greeting.then(({ header }) => String(header.version))
    this.#last = greeting
    const settled = () => this.#settle(greeting)
    greeting.then(settled, settled)
    this.version.catch(() => undefined)
  }

  /** Rejects with an Error that has the worker's own words. */
  async ask(
    request: Readonly<Record<string, unknown>>,
    payload: readonly Uint8Array[] = [],
  ): Promise<Answer> {
    const bytes = payload.reduce((sum, part) => sum + part.length, 0)
    const text = Buffer.from(JSON.stringify({ ...request, payload: bytes }))
    const size = Buffer.alloc(4)
    size.writeUInt32LE(text.length)
    this.#setReferenced(true)
    this.#process.stdin.write(Buffer.concat([size, text, ...payload]))
    const answer = this.#last.then(
      () => this.#receive(),
      () => this.#receive(),
    )
    this.#last = answer
    try {
      return await answer
    } finally {
      this.#settle(answer)
    }
  }

  /** Only requests under way keep this program alive, not the idle worker. */
  #settle(answer: Promise<unknown>): void {
    if (this.#last === answer) this.#setReferenced(false)
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
    this.#process.stdin.end()
    this.#process.unref()
  }

  async #receive(): Promise<Answer> {
    let header: Record<string, unknown>
    let payload: Uint8Array
    try {
      const length = (await this.#reader.read(4)).readUInt32LE()
      header = JSON.parse((await this.#reader.read(length)).toString())
      payload = new Uint8Array(await this.#reader.read(Number(header.payload)))
    } catch (error) {
      throw new Error(this.#complaint.trim() || (error as Error).message)
    }
    if (typeof header.error === 'string') throw new Error(header.error)
    return { header, payload }
  }

  #setReferenced(referenced: boolean): void {
    const { stdin, stdout, stderr } = this.#process
    for (const handle of [this.#process, stdin, stdout, stderr] as { ref?(): void; unref?(): void }[]) {
      if (referenced) handle.ref?.()
      else handle.unref?.()
    }
  }
}
