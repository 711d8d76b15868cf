// SPDX-License-Identifier: Apache-2.0
// What every emulated board must do before a capsule runs on it: count instructions exactly, fault where flash is
// written and where the stack overflows.
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { boards, instructionsOf } from '../../runtime/device/boards.js'
import { emulatorPatience, startEmulator } from '../../runtime/device/emulator.js'
import { buildProbe } from '../../runtime/device/firmware.js'
import { DeviceLink } from '../../runtime/device/link.js'
import { missingPrograms } from '../../runtime/device/toolchain.js'

const kinds = { spin: 64, write: 65, overflow: 66 }
const spinRounds = [1, 2, 3, 10, 50, 1000, 1_000_000]

const u32 = (value: number) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

describe.each(boards.map((board) => [board.name, board] as const))('%s', async (_, board) => {
  const missing = await missingPrograms(board)
  const reason = missing ? `${missing.reason}; ${missing.remedy}` : ''
  let link: DeviceLink | null = null
  const open = async () => {
    const { elf } = await buildProbe(board)
    link = new DeviceLink(board.name, startEmulator(board, elf), emulatorPatience)
    return link
  }
  afterEach(() => link?.close())

  it('counts every instruction, and the stack', async ({ skip }) => {
    skip(missing !== null, reason)
    const probe = await open()
    const counted: number[] = []
    for (const rounds of spinRounds) {
      const reply = await probe.ask(kinds.spin, u32(rounds))
      const [ticks, empty, stack] = [0, 4, 8].map((at) => new DataView(reply.buffer).getUint32(at, true))
      counted.push(instructionsOf(ticks!, board.counter) - instructionsOf(empty!, board.counter))
      expect(stack).toBeLessThan(160)
    }
    // The loop has two instructions a round; the empty call loads a result and returns, as the loop does at its end.
    expect(counted).toEqual(spinRounds.map((rounds) => 2 * rounds))
  })

  // A core without memory protection compares checksums instead (runtime/device).
  if (board.protectsFlash) {
    it('faults where flash is written', async ({ skip }) => {
      skip(missing !== null, reason)
      const { elf } = await buildProbe(board)
      const address = loadAddress(elf)
      await expect((await open()).ask(kinds.write, u32(address))).rejects.toThrow(/stopped: fault/)
    })
  }

  it('faults where the stack overflows', async ({ skip }) => {
    skip(missing !== null, reason)
    await expect((await open()).ask(kinds.overflow)).rejects.toThrow(/stopped: fault/)
  })
})

/** Where the image's first segment lies: the beginning of its flash. */
function loadAddress(elf: string): number {
  const bytes = readFileSync(elf)
  const programHeader = bytes.readUInt32LE(28)
  return bytes.readUInt32LE(programHeader + 12)
}
