// SPDX-License-Identifier: Apache-2.0
// Requests to a board and their replies (targets/template/service.h): one at a time, repeated until answered. A board
// executes a repeated request once, so damaged and lost frames cost time only.
import { CapletError } from '../../compiler/errors.js'
import { encodeFrame, type Frame, FrameSplitter } from './frames.js'

/** A line that carries bytes both ways and may damage them. */
export interface Line {
  send(bytes: Uint8Array): void
  onBytes(listener: (bytes: Uint8Array) => void): void
  /** Called once, when nothing can come any more. */
  onEnd(listener: (reason: string) => void): void
  close(): Promise<void>
}

export interface Patience {
  /** Milliseconds until a request is sent again; the wait doubles each time. */
  readonly retryAfter: number
  /** Milliseconds until the board counts as silent. */
  readonly giveUpAfter: number
}

const frameEnd = Uint8Array.of(0)
const replyBit = 0x80
const faultKind = 255

interface Pending {
  readonly request: Frame
  readonly resolve: (payload: Uint8Array) => void
  readonly reject: (error: Error) => void
}

export class DeviceLink {
  readonly #line: Line
  readonly #name: string
  readonly #patience: Patience
  readonly #splitter = new FrameSplitter()
  #pending: Pending | null = null
  #sequence = 0
  #failure: CapletError | null = null

  constructor(name: string, line: Line, patience: Patience) {
    this.#name = name
    this.#line = line
    this.#patience = patience
    line.onBytes((bytes) => {
      for (const frame of this.#splitter.push(bytes)) this.#take(frame)
    })
    line.onEnd((reason) => this.#fail(reason))
  }

  /** The reply's payload. Pre: no other request is under way. Rejects with CapletError 'device-failed'. */
  async ask(kind: number, payload: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
    if (this.#failure) throw this.#failure
    this.#sequence = (this.#sequence + 1) % 256
    const request: Frame = { kind, sequence: this.#sequence, payload }
    const bytes = encodeFrame(request)
    const answered = new Promise<Uint8Array>((resolve, reject) => {
      this.#pending = { request, resolve, reject }
    })
    const { retryAfter, giveUpAfter } = this.#patience
    let retry: NodeJS.Timeout
    const send = (wait: number) => {
      // A byte lost before the frame must not take the frame with it.
      this.#line.send(frameEnd)
      this.#line.send(bytes)
      retry = setTimeout(send, wait, 2 * wait)
    }
    send(retryAfter)
    const silence = `it has not answered for ${giveUpAfter / 1000} s`
    const limit = setTimeout(() => this.#fail(silence), giveUpAfter)
    try {
      return await answered
    } finally {
      clearTimeout(retry!)
      clearTimeout(limit)
      this.#pending = null
    }
  }

  close(): Promise<void> {
    return this.#line.close()
  }

  #take({ kind, sequence, payload }: Frame): void {
    if (kind === faultKind) this.#fail(new TextDecoder().decode(payload))
    const request = this.#pending?.request
    if (!request || kind !== (request.kind | replyBit) || sequence !== request.sequence) return
    this.#pending?.resolve(payload)
  }

  #fail(reason: string): void {
    this.#failure ??= new CapletError({
      code: 'device-failed',
      message: `The board ${this.#name} stopped: ${reason}`,
      remedy:
        'A fault names the register values; a silent board may have another firmware, baud rate or line than expected.',
    })
    this.#pending?.reject(this.#failure)
  }
}
