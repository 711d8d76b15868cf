// SPDX-License-Identifier: Apache-2.0
// What every command has in common: --json, one result on stdout, failures as text or JSON, the exit code.
import { Command } from 'commander'
import { failureJson, failureOf, failureText } from './failure.js'

export interface Result {
  /** Printed by --json. */
  readonly json: unknown
  /** Printed otherwise. */
  readonly text: string
  /** The work was done, but its answer is no: exit code 1. */
  readonly failed?: boolean
}

/** A command with examples in its help; the program adds --json to each. */
export function defineCommand(
  nameAndArguments: string,
  description: string,
  examples: readonly string[],
): Command {
  const shown = examples.map((example) => `  $ caplet ${example}`).join('\n')
  return new Command(nameAndArguments).description(description).addHelpText('after', `\nExamples:\n${shown}`)
}

const print = (text: string) => process.stdout.write(`${text}\n`)

/** Runs the work of a command, prints its result or its failure, and sets the exit code. */
export async function report(json: boolean, work: () => Result | Promise<Result>): Promise<void> {
  try {
    const result = await work()
    print(json ? JSON.stringify(result.json, null, 2) : result.text)
    if (result.failed) process.exitCode = 1
  } catch (error) {
    reportFailure(json, error)
  }
}

export function reportFailure(json: boolean, error: unknown): void {
  const failure = failureOf(error)
  process.exitCode = failure.exitCode
  if (json) print(JSON.stringify(failureJson(failure), null, 2))
  else process.stderr.write(`${failureText(failure)}\n`)
}
