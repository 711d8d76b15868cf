// SPDX-License-Identifier: Apache-2.0
// Counts instructions, memory, stack and flash on an emulated board: one meter for each tier on each board.
import type { Board, TierName } from '../device/boards.js'
import { type Footprint, flashOf, type PartBytes, parts, ramOf } from '../device/footprint.js'
import {
  type Count,
  counterOf,
  countInstructions,
  countRange,
  type Measurement,
  roughShift,
  unwrapped,
  withDevice,
} from '../device/measure.js'
import { boardVersion, missingFor } from '../device/toolchain.js'
import type { EdgeBytes } from '../runtime.js'
import {
  type ByPart,
  type DeviceCost,
  type Form,
  type Meter,
  type NodeCost,
  overInputs,
  type Tier,
} from './run.js'
import { buildStepwise, nodeCosts } from './stepwise.js'

/** The native tier is made from the portable capsule, and from that alone. */
export const boardMeters = (board: Board, tier: TierName): Meter[] =>
  tier === 'native'
    ? [boardMeter(board, tier, 'native')]
    : [boardMeter(board, tier, 'portable'), boardMeter(board, tier, 'accelerated')]

function boardMeter(board: Board, tier: TierName, as: Tier): Meter {
  const name = `${board.runtime}:${tier}`
  return {
    name,
    tier: as,
    async availability() {
      const missing = await missingFor(board, tier)
      return missing ?? { version: await boardVersion(board), needsWasi: false }
    },
    async measure(subject) {
      const form = await subject.form(as === 'accelerated' ? as : 'portable')
      const measurement = await countInstructions(board, tier, form.capsule.wasm, subject.inputs)
      const counts = measurement.invokes.map(({ instructions }) => instructions)
      return {
        runtime: name,
        version: await boardVersion(board),
        tier: as,
        unit: 'instructions',
        ...overInputs(counts),
        nodes: subject.withNodes ? await countNodes(board, tier, form, subject.inputs[0]!) : null,
        device: deviceCost(board, measurement),
        capsule: form.capsule,
      }
    },
  }
}

export function deviceCost(
  { name }: Board,
  { open, invokes, selftest, memory, footprint }: Measurement,
): DeviceCost {
  return {
    board: name,
    open: open.instructions,
    stack: Math.max(...[open, selftest, ...invokes].map(({ stackBytes }) => stackBytes)),
    memory: { open: memory.afterOpen, most: memory.most },
    flash: byPart(footprint, flashOf),
    ram: byPart(footprint, ramOf),
  }
}

const byPart = (footprint: Footprint, of: (bytes: PartBytes) => number): ByPart =>
  Object.fromEntries(parts.map((part) => [part, of(footprint[part])])) as ByPart

/** Writes the input once: a later call's nodes read what the earlier ones left. */
async function countNodes(board: Board, tier: TierName, form: Form, input: EdgeBytes): Promise<NodeCost[]> {
  const { wasm, steps } = await buildStepwise(form.program, form.capsule.manifest)
  const countCalls = (icountShift: number) =>
    withDevice(board, tier, wasm, icountShift, async ({ service, exclusively }) => {
      const count = counterOf(board, icountShift, service)
      const counts: Count[] = []
      for (let call = 0; call <= steps.length; call++) {
        counts.push(count(await exclusively(() => service.invoke(call === 0 ? input : []))))
      }
      return counts
    })
  const rough = await countCalls(roughShift)
  const exact = await countCalls(board.counter.icountShift)
  const range = countRange(board)
  return nodeCosts(
    steps,
    exact.map((count, call) => unwrapped(count, rough[call]!, range).instructions),
  )
}
