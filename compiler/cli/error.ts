// SPDX-License-Identifier: Apache-2.0
// caplet error CODE: explains an error code; without a code, lists them.
import type { Command } from 'commander'
import { catalogue, nearestCode } from '../errors/catalogue.js'
import type { ErrorEntry } from '../errors/entry.js'
import { CapletError } from '../errors.js'
import { defineCommand, type Result, report } from './command.js'
import { table } from './table.js'

const jsonOf = (code: string, entry: ErrorEntry) => ({ code, ...entry })

export function explain(code: string | undefined): Result {
  if (code === undefined) {
    const entries = [...catalogue]
    return {
      json: { errors: entries.map(([name, entry]) => jsonOf(name, entry)) },
      text: table(
        ['code', 'problem'],
        entries.map(([name, entry]) => [name, entry.title]),
      ),
    }
  }
  const entry = catalogue.get(code)
  if (!entry) {
    const nearest = nearestCode(code)
    throw new CapletError({
      code: 'unknown-error-code',
      message: `There is no error code "${code}".${nearest ? ` Did you mean "${nearest}"?` : ''}`,
      remedy: 'caplet error, without a code, lists all of them.',
    })
  }
  const text = [
    `${code}: ${entry.title}`,
    '',
    entry.meaning,
    '',
    `What to do: ${entry.remedy}`,
    `Example:    ${entry.example}`,
  ]
  return { json: { errors: [jsonOf(code, entry)] }, text: text.join('\n') }
}

export const errorCommand = (): Command =>
  defineCommand('error', 'explain an error code, or list all of them', ['error unbound-dimension', 'error'])
    .argument('[code]', 'as printed in error[CODE]')
    .action((code: string | undefined, flags: { json?: true }) => report(!!flags.json, () => explain(code)))
