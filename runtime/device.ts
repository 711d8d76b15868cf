// SPDX-License-Identifier: Apache-2.0
// The emulated boards as runtimes: `cortex-m4:wamr-fast` is one engine on one board, `cortex-m4` stands for all of them.
// An interpreter runs portable and accelerated capsules alike; native code is made from the portable one;
// `cortex-m4:accelerated` is the accelerated one in the fast interpreter.

import { type Board, boards, type TierName } from './device/boards.js'
import { openDevice } from './device/device.js'
import type { DeviceService } from './device/service.js'
import { boardVersion, missingFor } from './device/toolchain.js'
import { readManifest } from './manifest.js'
import {
  type Availability,
  type CapsuleFiles,
  checkInputs,
  type RunningCapsule,
  type Runtime,
} from './runtime.js'

/** The engine of devices for it: a call of a host kernel costs least there. */
const acceleratedEngine = 'wamr-fast'

class DeviceRuntime implements Runtime {
  readonly name: string
  readonly portableOnly: boolean
  readonly acceleratedOnly: boolean
  readonly #board: Board
  readonly #tier: TierName
  readonly #open = new Set<DeviceService>()

  constructor(board: Board, tier: TierName | 'accelerated') {
    this.name = `${board.runtime}:${tier}`
    this.acceleratedOnly = tier === 'accelerated'
    this.#board = board
    this.#tier = tier === 'accelerated' ? acceleratedEngine : tier
    this.portableOnly = tier === 'native'
  }

  async availability(): Promise<Availability> {
    const missing = await missingFor(this.#board, this.#tier)
    return missing ?? { version: await boardVersion(this.#board), needsWasi: false }
  }

  async open({ wasm }: CapsuleFiles): Promise<RunningCapsule> {
    const { inputs, outputs } = readManifest(wasm)
    const device = await openDevice(this.#board, this.#tier, wasm, { name: this.name })
    this.#open.add(device.service)
    return {
      inputs,
      outputs,
      run: async (calls) => {
        for (const call of calls) checkInputs(inputs, call)
        return device.run(calls)
      },
      reset: () => device.reset(),
      countOperators: () => null,
      selftest: async () => ((await device.selftest()) ? 0 : 1),
      read: (address, bytes) => device.service.readMemory(address, bytes),
      close: async () => {
        this.#open.delete(device.service)
        await device.service.close()
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((service) => service.close()))
    this.#open.clear()
  }
}

const tiersOf = ({ tiers }: Board) =>
  tiers.includes(acceleratedEngine) ? [...tiers, 'accelerated' as const] : tiers

export const deviceRuntimes: readonly Runtime[] = boards.flatMap((board) =>
  tiersOf(board).map((tier) => new DeviceRuntime(board, tier)),
)

/** Names that stand for several runtimes. */
export const deviceGroups: ReadonlyMap<string, readonly string[]> = new Map(
  boards.map((board) => [board.runtime, tiersOf(board).map((tier) => `${board.runtime}:${tier}`)]),
)
