// SPDX-License-Identifier: Apache-2.0
// targets/kernels on an emulated board (board.c): outcomes and exact instruction counts.
import { join } from 'node:path'
import { alignUp } from '../../compiler/memory/plan.js'
import { type Board, instructionsOf } from '../../runtime/device/boards.js'
import { emulatorPatience, startEmulator } from '../../runtime/device/emulator.js'
import { boardComponent, buildFirmware } from '../../runtime/device/firmware.js'
import { DeviceLink } from '../../runtime/device/link.js'
import { strict } from '../../runtime/device/objects.js'
import { root } from '../run-caplet.js'
import { type KernelCall, kernelIndex, type Outcome } from './calls.js'
import { kernelSources } from './native.js'

const kinds = { fill: 64, run: 65, read: 66, test: 67, round: 68 }

export interface BoardOutcome extends Outcome {
  readonly instructions: number
  readonly stackBytes: number
}

export class BoardKernels {
  readonly #board: Board
  readonly #link: DeviceLink

  private constructor(board: Board, link: DeviceLink) {
    this.#board = board
    this.#link = link
  }

  /** `memoryBytes` holds memory and weights of a call. Pre: the board's programs are there. */
  static async open(board: Board, memoryBytes: number, flags: readonly string[] = ['-O2']) {
    const folders = [join(root, 'targets', 'kernels'), join(root, 'targets', 'shim')]
    const { elf } = await buildFirmware(board, `kernels${flags.join('')}`, [
      boardComponent(board, []),
      {
        category: 'kernels',
        name: `kernels${flags.join('')}`,
        sources: kernelSources().map((path) => ({ path })),
        includes: folders,
        flags: [...flags, ...strict],
      },
      {
        category: 'board',
        name: 'serve-kernels',
        sources: [{ path: join(root, 'test', 'kernels', 'board.c') }],
        includes: [...folders, join(root, 'targets', 'template')],
        flags: [
          '-Os',
          ...strict,
          `-DKERNEL_MEMORY_BYTES=${memoryBytes}u`,
          `-DFRAMES_PAYLOAD_BYTES=${board.payloadBytes}u`,
        ],
      },
    ])
    return new BoardKernels(board, new DeviceLink(board.name, startEmulator(board, elf), emulatorPatience))
  }

  async run({ kernel, memory, segment, ...call }: KernelCall): Promise<BoardOutcome> {
    const { parameters, input, output, scratch } = call
    // Weights lie in flash words as the linker places them: aligned, as the capsule's segment is.
    const size = alignUp(memory.length, 4)
    await this.#fill(0, memory)
    await this.#fill(size, segment)
    const numbers = [kernelIndex(kernel), parameters, input, output, scratch, size, segment.length]
    const counted = await this.#counted(kinds.run, words(...numbers))
    const after = await this.#read(memory.length)
    return { done: counted.result === 1, memory: after, ...counted }
  }

  /** result: 0 = pass. */
  selftest = () => this.#counted(kinds.test, new Uint8Array(0))

  /** Of the FPU: 0 to nearest, 3 towards zero. */
  roundTo = (mode: 0 | 3) => this.#link.ask(kinds.round, words(mode))

  close = (): Promise<void> => this.#link.close()

  async #counted(kind: number, payload: Uint8Array) {
    const reply = await this.#link.ask(kind, payload)
    const view = new DataView(reply.buffer, reply.byteOffset)
    const [result, ticks, empty, stackBytes] = [0, 4, 8, 12].map((at) => view.getUint32(at, true))
    const count = (value: number) => instructionsOf(value, this.#board.counter)
    return { result: result!, instructions: count(ticks!) - count(empty!), stackBytes: stackBytes! }
  }

  async #fill(place: number, bytes: Uint8Array): Promise<void> {
    const most = this.#board.payloadBytes - 4
    for (let at = 0; at < bytes.length; at += most) {
      const part = bytes.subarray(at, at + most)
      await this.#link.ask(kinds.fill, new Uint8Array(Buffer.concat([words(place + at), part])))
    }
  }

  async #read(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let at = 0; at < length; at += this.#board.payloadBytes) {
      const count = Math.min(this.#board.payloadBytes, length - at)
      parts.push(await this.#link.ask(kinds.read, words(at, count)))
    }
    return new Uint8Array(Buffer.concat(parts))
  }
}

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)
