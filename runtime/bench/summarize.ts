// SPDX-License-Identifier: Apache-2.0
// From measurements of many networks to what one tier needs: constants, and sums over the size of a module's code.
import type { Capsule } from '../../compiler/codegen/capsule.js'
import {
  codeSizeOf,
  type Estimate,
  type FixedParts,
  type TierMeasurement,
} from '../../compiler/fit/measured.js'
import { flashOf, type PartBytes, ramOf } from '../device/footprint.js'
import { type Measurement, stackOf } from '../device/measure.js'
import { largestError, nonNegativeLeastSquares, type Sample } from './least-squares.js'

export interface Observation {
  /** Name of the network: its variants resemble each other. */
  readonly group: string
  readonly capsule: Capsule
  readonly measurement: Measurement
}

export function summarize(observations: readonly Observation[], isNative: boolean): TierMeasurement {
  const code = ({ measurement }: Observation) => measurement.footprint.capsule.code
  return {
    flash: fixed(observations, flashOf, flashShare),
    ram: fixed(observations, ramOf, 0),
    engineHeap: estimateOf(observations, ({ capsule, measurement }) => {
      return measurement.memory.most - capsule.memory.total
    }),
    stack: estimateOf(observations, ({ measurement }) => stackOf(measurement)),
    code: isNative ? estimateOf(observations, code) : null,
    constants: isNative ? constantsOf(observations) : 0,
  }
}

/** A kernel more, or a change of the shim, moves the size by less than this share of what is linked. */
const flashShare = 0.05

/** A network that was not measured may be less like the others than any of them is: so many times the largest error. */
const margin = 2.5

const names = ['shim', 'kernels', 'engine', 'libc'] as const

/** The largest of each: the linker leaves out what a capsule does not call. */
function fixed(
  observations: readonly Observation[],
  of: (bytes: PartBytes) => number,
  share: number,
): FixedParts {
  const rows = observations.map(({ measurement }) => names.map((name) => of(measurement.footprint[name])))
  const [shim, kernels, engine, libc] = names.map((_, part) => Math.max(...rows.map((row) => row[part]!)))
  const sum = (row: readonly number[]) => row.reduce((total, bytes) => total + bytes, 0)
  const most = sum([shim!, kernels!, engine!, libc!])
  const error = most - Math.min(...rows.map(sum))
  const within = error + Math.ceil(share * most)
  return { shim: shim!, kernels: kernels!, engine: engine!, libc: libc!, within }
}

/** What the constants of the native tier hold besides weights and descriptor: one number. */
function constantsOf(observations: readonly Observation[]): number {
  const found = observations.map(({ capsule: { sizes }, measurement }) => {
    return measurement.footprint.capsule.constants - sizes.segment - sizes.descriptor
  })
  return Math.max(...found)
}

function estimateOf(
  observations: readonly Observation[],
  of: (observation: Observation) => number,
): Estimate {
  const samples: Sample[] = observations.map((observation) => {
    const { functions, bytes } = codeSizeOf(observation.capsule.wasm)
    return { group: observation.group, values: [1, functions, bytes], measured: of(observation) }
  })
  const [constant, perFunction, perCodeByte] = nonNegativeLeastSquares(samples).map((value) =>
    Number(value.toFixed(3)),
  )
  const within = Math.ceil(margin * largestError(samples) - 1e-3)
  return { constant: constant!, perFunction: perFunction!, perCodeByte: perCodeByte!, within }
}
