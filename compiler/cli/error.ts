// SPDX-License-Identifier: Apache-2.0
// caplet error CODE: explains an error code; without a code, lists them.
import type { Command } from 'commander'
import { catalogue, type ErrorName, findError, nearestName } from '../errors/catalogue.js'
import type { ErrorEntry } from '../errors/entry.js'
import { CapletError } from '../errors.js'
import { defineCommand, type Result, report } from './command.js'
import { table } from './table.js'

const jsonOf = (name: ErrorName, entry: ErrorEntry) => ({ name, ...entry })

export function explain(code: string | undefined): Result {
  if (code === undefined) {
    const entries = [...catalogue]
    return {
      json: { errors: entries.map(([name, entry]) => jsonOf(name, entry)) },
      text: table(
        ['code', 'name', 'problem'],
        entries.map(([name, entry]) => [entry.code, name, entry.title]),
      ),
    }
  }
  const found = findError(code)
  if (!found) {
    const nearest = nearestName(code)
    throw new CapletError({
      code: 'unknown-error-code',
      message: `There is no error code "${code}".${nearest ? ` Did you mean "${nearest}"?` : ''}`,
      remedy: 'caplet error, without a code, lists all of them.',
    })
  }
  const { name, entry } = found
  const text = [
    `${entry.code} ${name}: ${entry.title}`,
    '',
    entry.meaning,
    '',
    `What to do: ${entry.remedy}`,
    `Example:    ${entry.example}`,
  ]
  return { json: { errors: [jsonOf(name, entry)] }, text: text.join('\n') }
}

export const errorCommand = (): Command =>
  defineCommand('error', 'explain an error code, or list all of them', [
    'error CAP012',
    'error unbound-dimension',
    'error',
  ])
    .argument('[code]', 'as printed in error[CODE NAME]; either will do')
    .action((code: string | undefined, flags: { json?: true }) => report(!!flags.json, () => explain(code)))
