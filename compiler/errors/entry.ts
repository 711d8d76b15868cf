// SPDX-License-Identifier: Apache-2.0
// One entry of the error catalogue.

export interface ErrorEntry {
  /** CAP and three digits. A code is never given another meaning, and never used again once its entry is gone. */
  readonly code: `CAP${number}`
  /** The problem in a few words. */
  readonly title: string
  /** What happened, and why it is an error. */
  readonly meaning: string
  /** What the user can do. */
  readonly remedy: string
  /** A message of this kind, as it is printed. */
  readonly example: string
}

/** By name: what the sources call an error. */
export type ErrorEntries = Readonly<Record<string, ErrorEntry>>
