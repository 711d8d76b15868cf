// SPDX-License-Identifier: Apache-2.0
// A capsule on an emulated board. One board computes at a time, whatever is open: the others sleep.
import { CapletError } from '../../compiler/errors.js'
import type { EdgeBytes } from '../runtime.js'
import type { Board, TierName } from './boards.js'
import { emulatorPatience, startEmulator } from './emulator.js'
import type { Firmware } from './firmware.js'
import { DeviceLink } from './link.js'
import { DeviceService } from './service.js'
import { buildCapsuleFirmware, type OptimizationLevel } from './tiers.js'

export interface Device {
  readonly firmware: Firmware
  readonly service: DeviceService
  /** One invoke for each entry, in order. */
  run(calls: readonly EdgeBytes[]): Promise<Uint8Array[][]>
  /** Waits until no other board computes. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  /** The next invoke is as the first one. */
  reset(): Promise<void>
  /** Whether it passes. */
  selftest(): Promise<boolean>
}

export interface DeviceOptions {
  readonly icountShift?: number
  readonly level?: OptimizationLevel
  /** Arguments for QEMU. */
  readonly emulator?: readonly string[]
  /** In messages. */
  readonly name?: string
}

/** Pre: nothing is missing (toolchain.ts). Throws CapletError where the firmware does not build, fit or open. */
export async function openDevice(
  board: Board,
  tier: TierName,
  wasm: Uint8Array,
  options: DeviceOptions = {},
): Promise<Device> {
  const { icountShift = board.counter.icountShift, level = '-O3', emulator = [] } = options
  const { name = `${board.runtime}:${tier}` } = options
  const firmware = await oneAtATime(() => buildCapsuleFirmware(board, tier, wasm, level))
  const link = new DeviceLink(
    name,
    startEmulator(board, firmware.elf, icountShift, emulator),
    emulatorPatience,
  )
  try {
    const service = await DeviceService.open(name, link)
    const image = board.protectsFlash ? null : (await service.checksum()).image
    return {
      firmware,
      service,
      exclusively: oneAtATime,
      run: (calls) => oneAtATime(() => runAll(service, calls, image, name)),
      reset: () => oneAtATime(() => service.reset()),
      selftest: () => oneAtATime(async () => (await service.selftest()) !== null),
    }
  } catch (error) {
    await link.close()
    throw error
  }
}

/** `image`: checksum of the flash, where the core cannot keep itself from writing there. */
async function runAll(
  service: DeviceService,
  calls: readonly EdgeBytes[],
  image: number | null,
  name: string,
): Promise<Uint8Array[][]> {
  const results: Uint8Array[][] = []
  for (const call of calls) {
    await service.invoke(call)
    results.push(await service.outputs())
  }
  if (image !== null && (await service.checksum()).image !== image) throw flashChanged(name)
  return results
}

const flashChanged = (name: string): CapletError =>
  new CapletError({
    code: 'device-failed',
    message: `The board ${name} has other bytes in its flash than before the capsule ran`,
    remedy: 'This is a fault of the engine or of Caplet: report it with the model.',
  })

let queue: Promise<unknown> = Promise.resolve()

function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const result = queue.then(work, work)
  queue = result.catch(() => undefined)
  return result
}
