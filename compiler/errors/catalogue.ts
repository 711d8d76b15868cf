// SPDX-License-Identifier: Apache-2.0
// Every error that users can meet: `caplet error CODE` prints an entry, docs/errors.md is generated from all. The type of
// a Problem admits no other; a test fails where nothing raises an entry.
import { deviceErrors } from './devices.js'
import type { ErrorEntries, ErrorEntry } from './entry.js'
import { fileErrors } from './files.js'
import { measuringErrors } from './measuring.js'
import { modelErrors } from './model.js'
import { operatorErrors } from './operators.js'
import { verificationErrors } from './verification.js'

/** Chapters in the order in which a compilation can meet them. */
export const chapters: readonly { readonly title: string; readonly entries: ErrorEntries }[] = [
  { title: 'Flags and files', entries: fileErrors },
  { title: 'The model', entries: modelErrors },
  { title: 'Operators and exactness', entries: operatorErrors },
  { title: 'Running and verifying', entries: verificationErrors },
  { title: 'Building for devices', entries: deviceErrors },
  { title: 'Measuring', entries: measuringErrors },
]

export type ErrorName =
  | keyof typeof fileErrors
  | keyof typeof modelErrors
  | keyof typeof operatorErrors
  | keyof typeof verificationErrors
  | keyof typeof deviceErrors
  | keyof typeof measuringErrors

/** By name. */
export const catalogue: ReadonlyMap<ErrorName, ErrorEntry> = new Map(
  chapters.flatMap(({ entries }) => Object.entries(entries) as [ErrorName, ErrorEntry][]),
)

/** The entry with this code or name, as a user writes it; null where there is none. */
export function findError(codeOrName: string): { name: ErrorName; entry: ErrorEntry } | null {
  for (const [name, entry] of catalogue) {
    if (name === codeOrName.toLowerCase() || entry.code === codeOrName.toUpperCase()) return { name, entry }
  }
  return null
}

/** The known name that is closest in spelling, for a mistyped one; null where none is near. */
export function nearestName(code: string): string | null {
  const ranked = [...catalogue.keys()]
    .map((known) => ({ known, distance: editDistance(code.toLowerCase(), known) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.max(2, code.length / 3) ? best.known : null
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, character] of [...a].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= b.length; column++) {
      const replaced = row[column - 1]! + (character === b[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[column]! + 1, next[column - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
