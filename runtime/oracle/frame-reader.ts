// SPDX-License-Identifier: Apache-2.0
// Reads exactly as many bytes as asked for from a stream that delivers them in pieces of any size.
import type { Readable } from 'node:stream'

export class FrameReader {
  #buffered: Buffer = Buffer.alloc(0)
  #failure: Error | null = null
  #wake: () => void = () => undefined

  constructor(stream: Readable) {
    stream.on('data', (piece: Buffer) => {
      this.#buffered = Buffer.concat([this.#buffered, piece])
      this.#wake()
    })
    stream.on('close', () => this.fail(new Error('the process ended before it had answered')))
  }

  /** Rejects the pending read and every later one that finds too few bytes. The first failure stays. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }

  async read(length: number): Promise<Buffer> {
    while (this.#buffered.length < length) {
      if (this.#failure) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const bytes = this.#buffered.subarray(0, length)
    this.#buffered = this.#buffered.subarray(length)
    return bytes
  }
}
