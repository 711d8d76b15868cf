// SPDX-License-Identifier: Apache-2.0
// What counts: the only list. A name with a colon belongs to the group before it.
import type { Meter } from './run.js'
import { wasmtimeMeter } from './wasmtime-meter.js'

export const meters: readonly Meter[] = [wasmtimeMeter]

const groupOf = (name: string): string => name.split(':')[0]!

/** Names that a user can give: groups and single runtimes. */
export const namesOf = (known: readonly Meter[]): string[] => [
  ...new Set(known.flatMap(({ name }) => [groupOf(name), name])),
]

export const meterNames: readonly string[] = namesOf(meters)

export const isNamed = (name: string, named: readonly string[] | undefined): boolean =>
  named === undefined || named.includes(name) || named.includes(groupOf(name))
