// SPDX-License-Identifier: Apache-2.0
// What `caplet fit` estimates, measured for one capsule on an emulated board.
import type { Capsule } from '../../compiler/codegen/capsule.js'
import { CapletError } from '../../compiler/errors.js'
import type { Need, Way } from '../../compiler/fit/needs.js'
import { boards, type TierName } from '../device/boards.js'
import { type Footprint, flashOf, ramOf } from '../device/footprint.js'
import { countInstructions, type Measurement, stackOf } from '../device/measure.js'
import { missingFor } from '../device/toolchain.js'
import { generatedSamples } from '../verify/samples.js'

/** Throws CapletError where the tools are missing, or the capsule does not fit the emulated board. */
export async function measureNeed(way: Way, capsule: Capsule, core: string): Promise<Need> {
  const board = boards.find(({ runtime }) => runtime === core)!
  const tier = (way.engine ?? way.tier) as TierName
  const missing = await missingFor(board, tier)
  if (missing) {
    throw new CapletError({
      code: 'missing-runtime',
      message: `Nothing can be measured for ${core}: ${missing.reason}`,
      remedy: `${missing.remedy}; or leave --measure out for an estimate`,
    })
  }
  const edges = capsule.manifest.inputs.map((edge) => ({ ...edge, grid: null }))
  const samples = generatedSamples(edges, 1, 0)
  const inputs = Array.from({ length: samples.length }, (_, index) => samples.at(index))
  return needFrom(way, capsule, await countInstructions(board, tier, capsule.wasm, inputs))
}

export function needFrom(way: Way, { sizes, memory }: Capsule, measurement: Measurement): Need {
  const { footprint } = measurement
  const { capsule, ...parts } = flashParts(footprint)
  const engineHeap = measurement.memory.most - memory.total
  const stack = stackOf(measurement)
  const { shim, kernels, engine, libc } = footprint
  const statics = ramOf(shim) + ramOf(kernels) + ramOf(engine) + ramOf(libc)
  const { arena, state, tables, total } = memory
  return {
    ...way,
    isMeasured: true,
    flash: {
      capsule,
      weights: sizes.weights,
      ...parts,
      total: capsule + parts.shim + parts.kernels + parts.engine + parts.libc,
      within: 0,
    },
    ram: {
      arena,
      state,
      tables,
      engineHeap,
      stack,
      statics,
      total: total + engineHeap + stack + statics,
      within: 0,
    },
    memory: total + engineHeap,
  }
}

const flashParts = ({ capsule, shim, kernels, engine, libc }: Footprint) => ({
  capsule: flashOf(capsule),
  shim: flashOf(shim),
  kernels: flashOf(kernels),
  engine: flashOf(engine),
  libc: flashOf(libc),
})
