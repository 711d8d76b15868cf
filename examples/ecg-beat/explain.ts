// SPDX-License-Identifier: Apache-2.0
// Ends a command of this example as `caplet` ends: a fault of the data or the model is explained, without a stack trace.

import { failureOf, failureText } from '../../compiler/cli/failure.js'

/** Runs a command; exit code 1 where it throws. */
export async function runOrExplain(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    const failure = failureOf(error)
    console.error(failureText(failure))
    process.exitCode = failure.exitCode
  }
}
