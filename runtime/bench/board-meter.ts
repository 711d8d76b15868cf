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
  stackOf,
  unwrapped,
  withDevice,
} from '../device/measure.js'
import type { OptimizationLevel } from '../device/tiers.js'
import { boardVersion, missingFor } from '../device/toolchain.js'
import {
  type ByPart,
  type DeviceCost,
  type Form,
  type Meter,
  type NodeCost,
  overInputs,
  type Subject,
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
      const { inputs, level } = subject
      const measurement = await countInstructions(board, tier, form.capsule.wasm, inputs, level)
      const counts = measurement.invokes.map(({ instructions }) => instructions)
      return {
        runtime: name,
        version: await boardVersion(board),
        tier: as,
        unit: 'instructions',
        ...overInputs(counts),
        nodes: subject.withNodes ? await countNodes(board, tier, form, subject) : null,
        device: deviceCost(board, level, measurement),
        capsule: form.capsule,
      }
    },
  }
}

export function deviceCost({ name }: Board, level: OptimizationLevel, measurement: Measurement): DeviceCost {
  const { open, memory, footprint } = measurement
  return {
    board: name,
    level,
    open: open.instructions,
    stack: stackOf(measurement),
    memory: { open: memory.afterOpen, most: memory.most },
    flash: byPart(footprint, flashOf),
    ram: byPart(footprint, ramOf),
  }
}

const byPart = (footprint: Footprint, of: (bytes: PartBytes) => number): ByPart =>
  Object.fromEntries(parts.map((part) => [part, of(footprint[part])])) as ByPart

/** Writes the input once: a later call's nodes read what the earlier ones left. */
async function countNodes(
  board: Board,
  tier: TierName,
  form: Form,
  { inputs, level }: Subject,
): Promise<NodeCost[]> {
  const { wasm, steps } = await buildStepwise(form.program, form.capsule.manifest)
  const countCalls = (icountShift: number) =>
    withDevice(
      board,
      tier,
      wasm,
      icountShift,
      async ({ service, exclusively }) => {
        const count = counterOf(board, icountShift, service)
        const counts: Count[] = []
        for (let call = 0; call <= steps.length; call++) {
          counts.push(count(await exclusively(() => service.invoke(call === 0 ? inputs[0]! : []))))
        }
        return counts
      },
      level,
    )
  const rough = await countCalls(roughShift)
  const exact = await countCalls(board.counter.icountShift)
  const range = countRange(board)
  return nodeCosts(
    steps,
    exact.map((count, call) => unwrapped(count, rough[call]!, range).instructions),
  )
}
