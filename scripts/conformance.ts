// SPDX-License-Identifier: Apache-2.0
// npm run conformance [-- --list] [--write] [WORD ...]: other people's models against ONNX Runtime or TFLite Micro, run
// live, and CMSIS-NN's test vectors. A mismatch,
// a case that only Caplet accepts, or fewer exact cases than test/budgets.json promises is a failure. --list names every
// case, --write renews docs/conformance.md; words choose cases by group and name. scripts/conformance.mjs provides the
// folder that CAPLET_ASSETS names.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { closeTfliteOracle, tfliteOracleAbsent } from '../runtime/oracle/tflite.js'
import { conformanceCases, tfliteGroups } from '../test/conformance/cases.js'
import { renderDocument } from '../test/conformance/document.js'
import { judgeAll, type Result } from '../test/conformance/results.js'
import { countGroups, type GroupCounts, renderTable } from '../test/conformance/table.js'

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
})
const root = join(import.meta.dirname, '..', '..')

const print = (text: string) => process.stdout.write(`${text}\n`)

const detailOf = ({ verdict }: Result): string => {
  if (verdict.kind === 'refused') {
    return verdict.problems
      .map(({ code, operator, message }) => `${code} ${operator ?? ''}: ${message}`)
      .join('; ')
  }
  if (verdict.kind === 'exact') return verdict.differsFromRecorded ? 'recorded otherwise' : ''
  return verdict.text
}

const line = (result: Result) =>
  [
    `${result.conformanceCase.group}/${result.conformanceCase.name}`,
    result.verdict.kind,
    detailOf(result),
  ].join('\t')

/** Groups that have fewer exact cases than promised. */
function shortfalls(groups: readonly GroupCounts[]): string[] {
  const budgets = JSON.parse(readFileSync(join(root, 'test', 'budgets.json'), 'utf8'))
  const least: Readonly<Record<string, number>> = budgets.conformance
  return groups
    .filter(({ group, exact }) => exact < (least[group] ?? 0))
    .map(({ group, exact }) => `${group}: ${exact} exact, but ${least[group]} are promised`)
}

const absent = await tfliteOracleAbsent()
if (absent) print(`without ${tfliteGroups.join(', ')}: ${absent.reason}; ${absent.remedy}`)
const cases = conformanceCases(process.env.CAPLET_ASSETS!).filter(
  ({ group, name }) =>
    (absent === null || !tfliteGroups.includes(group)) &&
    (words.length === 0 || words.some((word) => `${group}/${name}`.includes(word))),
)
const results = await judgeAll(cases)
await closeTfliteOracle()
const groups = countGroups(results)
const isFault = ({ verdict }: Result) => verdict.kind === 'mismatch' || verdict.kind === 'unanswered'
for (const result of results) if (values.list || isFault(result)) print(line(result))
print(renderTable(groups))
const isWhole = words.length === 0
const missing = isWhole ? shortfalls(groups) : []
for (const text of missing) print(text)
if (values.write && isWhole) {
  writeFileSync(join(root, 'docs', 'conformance.md'), renderDocument(results, groups))
}
const isIncomplete = absent !== null && process.env.CAPLET_REQUIRE_ALL === '1'
process.exitCode = missing.length > 0 || isIncomplete || results.some(isFault) ? 1 : 0
