// SPDX-License-Identifier: Apache-2.0
// A row of the table of operators: one small graph with one output, buildable in both forms.
import type { Activation, ModelBuilder } from './forms.js'

export interface Row {
  readonly name: string
  /** Adds inputs, layers and one output. */
  build(b: ModelBuilder): void
  /** Different values that its output must take over all samples; default 12. */
  readonly variety?: number
  /** The reference merges its two neighbouring pairs of Q and DQ into one, with quanta of their own. */
  readonly isMerged?: boolean
}

export const image = [1, 4, 7, 6] as const
export const signal = [1, 4, 19] as const
export const vector = [1, 12] as const

/** A row of one activation: input -> layer -> output. */
export const row = (
  name: string,
  shape: readonly number[],
  layer: (b: ModelBuilder, x: Activation) => Activation,
  variety?: number,
): Row => ({
  name,
  build: (b) => b.output(layer(b, b.input(shape))),
  ...(variety === undefined ? {} : { variety }),
})
