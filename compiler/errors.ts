// SPDX-License-Identifier: Apache-2.0
// The one error type that users see: an entry of the catalogue, where it happened, what happened and what to do about it.
import type { ErrorName } from './errors/catalogue.js'

export interface Problem {
  /** Name of an entry of the catalogue, which has the stable code that users see (CAP012). */
  readonly code: ErrorName
  /** One sentence: what is wrong, with the offending values. */
  readonly message: string
  /** What the user can do about it. */
  readonly remedy: string
  readonly file?: string | undefined
  /** Name of the model's node, and its operator. */
  readonly node?: string | undefined
  readonly operator?: string | undefined
  readonly attribute?: string | undefined
}

/** A fault of the model, the data or the command: shown without a stack trace, exit code 1. */
export class CapletError extends Error {
  readonly problems: readonly Problem[]
  constructor(problem: Problem | readonly Problem[]) {
    const problems: readonly Problem[] = Array.isArray(problem) ? problem : [problem as Problem]
    super(problems.map((p) => p.message).join('\n'))
    this.name = 'CapletError'
    this.problems = problems
  }
}

/** The same error, its problems naming the file where they name none. */
export const located = (file: string, error: unknown): unknown =>
  error instanceof CapletError
    ? new CapletError(error.problems.map((problem): Problem => ({ file, ...problem })))
    : error
