// SPDX-License-Identifier: Apache-2.0
// What a capsule costs on a board: instructions, stack, memory, flash. Everything is counted by the emulator and by the
// firmware itself, so the same firmware gives the same numbers on every machine.
import { CapletError } from '../../compiler/errors.js'
import type { EdgeBytes } from '../runtime.js'
import { type Board, instructionsOf, type TierName } from './boards.js'
import { type Device, openDevice } from './device.js'
import { type Footprint, readFootprint } from './footprint.js'
import type { CallCost, DeviceService } from './service.js'
import type { OptimizationLevel } from './tiers.js'

export interface Count {
  /** Executed within caplet_invoke, to the instruction: from its first to its return. */
  readonly instructions: number
  /** High-water mark of the painted stack below the caller. */
  readonly stackBytes: number
}

export interface Measurement {
  /** One for each input, in order. */
  readonly invokes: readonly Count[]
  readonly selftest: Count
  /** caplet_open: loading, and translating where the engine does. */
  readonly open: Count
  /** Of the memory given to caplet_open: linear memory, engine heap and handle. */
  readonly memory: { readonly afterOpen: number; readonly most: number }
  /** The capsule's own linear memory. */
  readonly linearMemory: number
  readonly macs: number
  readonly footprint: Footprint
}

/** The most that caplet_open, caplet_invoke and caplet_selftest use. */
export const stackOf = ({ open, selftest, invokes }: Measurement): number =>
  Math.max(...[open, selftest, ...invokes].map(({ stackBytes }) => stackBytes))

/** The call that empty_ticks stand for: it loads a result and returns. */
const emptyInstructions = 2

/**
 * Runs each input once. Pre: nothing is missing (toolchain.ts); at least one input.
 * Throws CapletError where the firmware does not build, fit or run, and where the self-test fails.
 */
export async function countInstructions(
  board: Board,
  tier: TierName,
  wasm: Uint8Array,
  inputs: readonly EdgeBytes[],
  level: OptimizationLevel = '-O3',
): Promise<Measurement> {
  const at = <T>(icountShift: number, work: (device: Device) => Promise<T>) =>
    withDevice(board, tier, wasm, icountShift, work, level)
  const rough = await at(roughShift, async (device) => {
    const count = counterOf(board, roughShift, device.service)
    const { invoke, selftest } = await run(device, inputs[0]!)
    return { invoke: count(invoke), selftest: count(selftest) }
  })
  return at(board.counter.icountShift, async (device) => {
    const { service, firmware } = device
    const count = counterOf(board, board.counter.icountShift, service)
    const range = countRange(board)
    const { hello, descriptor } = service
    const selftest = unwrapped(count(await passing(device)), rough.selftest, range)
    const invokes: Count[] = []
    for (const input of inputs) {
      const cost = await device.exclusively(() => service.invoke(input, true))
      invokes.push(unwrapped(count(cost), rough.invoke, range))
    }
    return {
      invokes,
      selftest,
      open: count({ ticks: hello.openTicks, stackBytes: hello.openStackBytes }),
      memory: { afterOpen: hello.memoryNow, most: (await service.askHello()).memoryMost },
      linearMemory: descriptor.total,
      macs: descriptor.macs,
      footprint: await readFootprint(firmware.map),
    }
  })
}

/** The counter has 32 bits. At shift 0 it is coarse, but does not wrap: that run tells how often the exact one did. */
export const roughShift = 0

export const countRange = ({ counter: { icountShift, tickNanoseconds } }: Board) =>
  (2 ** 32 * tickNanoseconds) / 2 ** icountShift

export const unwrapped = (count: Count, rough: Count, range: number): Count => {
  const wraps = Math.round((rough.instructions - count.instructions) / range)
  return { ...count, instructions: Math.round(count.instructions + wraps * range) }
}

export async function withDevice<T>(
  board: Board,
  tier: TierName,
  wasm: Uint8Array,
  icountShift: number,
  work: (device: Device) => Promise<T>,
  level: OptimizationLevel = '-O3',
): Promise<T> {
  const device = await openDevice(board, tier, wasm, { icountShift, level })
  try {
    return await work(device)
  } finally {
    await device.service.close()
  }
}

async function run(device: Device, input: EdgeBytes) {
  const selftest = await passing(device)
  return { selftest, invoke: await device.exclusively(() => device.service.invoke(input)) }
}

async function passing({ service, exclusively }: Device): Promise<CallCost> {
  const cost = await exclusively(() => service.selftest(true))
  if (cost) return cost
  throw new CapletError({
    code: 'selftest-failed',
    message: `The capsule fails its own self test on the board ${service.hello.board} (${service.hello.engine})`,
    remedy: 'Verify the capsule there before it is measured: caplet verify --runtime',
  })
}

/** The two readings of an empty call are subtracted, all but the two instructions of the call itself. */
export function counterOf({ counter }: Board, icountShift: number, { hello }: DeviceService) {
  const shifted = { ...counter, icountShift }
  const empty = instructionsOf(hello.emptyTicks, shifted) - emptyInstructions
  return ({ ticks, stackBytes }: CallCost): Count => ({
    instructions: instructionsOf(ticks, shifted) - empty,
    stackBytes,
  })
}
