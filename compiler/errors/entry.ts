// SPDX-License-Identifier: Apache-2.0
// One entry of the error catalogue.

export interface ErrorEntry {
  /** The problem in a few words. */
  readonly title: string
  /** What happened, and why it is an error. */
  readonly meaning: string
  /** What the user can do. */
  readonly remedy: string
  /** A message that has this code, as it is printed. */
  readonly example: string
}

export type ErrorEntries = Readonly<Record<string, ErrorEntry>>
