// SPDX-License-Identifier: Apache-2.0
// One request to a board and its status, in words.
import { CapletError } from '../../compiler/errors.js'
import { trapped } from '../runtime.js'
import type { DeviceLink } from './link.js'

/** caplet_status of targets/shim/caplet.h, and service_status of targets/template/service.h. */
const statusTexts: Readonly<Record<number, string>> = {
  1: 'a null pointer or a wrong count',
  2: 'no input or output of that number',
  4: 'the flash holds no capsule',
  5: 'the capsule is cut off or contradicts itself',
  6: 'the descriptor has another version',
  7: 'the capsule needs host kernels that the firmware lacks',
  8: 'the memory for the capsule is too small',
  9: 'the engine rejects the module',
  10: 'the capsule trapped',
  11: 'the self-test fails',
  128: 'the firmware does not know the request',
  129: 'the request is malformed',
  130: 'an address or length is out of range',
  132: 'its host kernels have no self-test',
}

const trapStatus = 10
const restartedStatus = 131
export const selftestStatus = 11

/** The board answers, but not with what was asked for. */
export const refused = (board: string, words: string): CapletError =>
  new CapletError({
    code: 'device-refused',
    message: `The board ${board} answers: ${words}`,
    remedy: 'Build firmware and capsule anew, with the same version of Caplet.',
  })

/** What was written to it is gone: going on would compare outputs of other inputs. */
const restarted = (board: string): CapletError =>
  new CapletError({
    code: 'device-failed',
    message: `The board ${board} stopped: it has started anew meanwhile`,
    remedy: 'Look for a watchdog, a fault or a brown-out on the board, then verify again.',
  })

export class Requests {
  readonly #link: DeviceLink
  readonly #board: string

  constructor(board: string, link: DeviceLink) {
    this.#board = board
    this.#link = link
  }

  /** The data after the status. Throws CapletError where the status is not 0. */
  async ask(kind: number, ...payload: readonly Uint8Array[]): Promise<Uint8Array> {
    const { status, data } = await this.answer(kind, payload)
    this.check(status)
    return data
  }

  async answer(kind: number, payload: readonly Uint8Array[]): Promise<{ status: number; data: Uint8Array }> {
    const reply = await this.#link.ask(kind, Buffer.concat(payload))
    return { status: reply[0] ?? -1, data: reply.subarray(1) }
  }

  check(status: number): void {
    if (status === 0) return
    if (status === restartedStatus) throw restarted(this.#board)
    const words = statusTexts[status] ?? `status ${status}`
    throw status === trapStatus ? trapped(this.#board, words) : refused(this.#board, words)
  }

  close(): Promise<void> {
    return this.#link.close()
  }
}
