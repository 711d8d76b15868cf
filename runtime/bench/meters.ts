// SPDX-License-Identifier: Apache-2.0
// What counts: the only list. A name with a colon belongs to the group before it.
import { boards } from '../device/boards.js'
import { boardMeters } from './board-meter.js'
import type { Meter } from './run.js'
import { wasmtimeMeter } from './wasmtime-meter.js'

export const meters: readonly Meter[] = [
  wasmtimeMeter,
  ...boards.flatMap((board) => board.tiers.flatMap((tier) => boardMeters(board, tier))),
]

const groupOf = (name: string): string => name.split(':')[0]!

/** Groups and single runtimes, as a user can name them. */
export const namesOf = (known: readonly Meter[]): string[] => [
  ...new Set(known.flatMap(({ name }) => [groupOf(name), name])),
]

/** Stands for all of them. */
export const everything = 'all'

export const meterNames: readonly string[] = [...namesOf(meters), everything]
export const meterGroups: readonly string[] = [...new Set(meters.map(({ name }) => groupOf(name)))]

/** Measured unless others are named: the other boards' firmware takes a while to build. */
export const usualGroups: readonly string[] = ['wasmtime', 'cortex-m4']

export const isNamed = (name: string, named: readonly string[]): boolean =>
  [name, groupOf(name), everything].some((way) => named.includes(way))
