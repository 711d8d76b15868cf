// SPDX-License-Identifier: Apache-2.0
// npm test: provisions the runtimes it can, then types, lint, licences and every test; says what was skipped and how
// to get it. `npm test -- conv` runs the test files whose path contains "conv", and the cases of the operators whose
// name does. With CI=true or CAPLET_REQUIRE_ALL=1 a skipped test is a failure.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { provideBoards } from './boards.mjs'
import { root, run, tool } from './process.mjs'
import { provideOlderTflite, providePython } from './python.mjs'

const filters = process.argv.slice(2)
const requireAll = process.env.CI === 'true' || process.env.CAPLET_REQUIRE_ALL === '1'
const node = (...args) => run(process.execPath, args)

/** The data sets outside the project, which some tests read. */
const assets = process.env.CAPLET_ASSETS ?? join(root, '..', 'shared', 'assets')

/** Checks that come before the tests; a filtered run only builds. */
const checks = {
  build: () => node(join('scripts', 'build.mjs')),
  types: () => node(tool('typescript', 'tsc'), '-p', 'tsconfig.json', '--noEmit'),
  lint: () => node(tool('@biomejs/biome', 'biome'), 'check', '.'),
  licences: () => node(join('scripts', 'licences.mjs')),
}

/** Runs vitest; returns its counts, or a failure where it did not get as far as counting. */
function runVitest(words, environment) {
  const summaryFile = join(root, 'build', `test-summary-${process.pid}.json`)
  mkdirSync(join(root, 'build'), { recursive: true })
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'summary-reporter.mjs')}`]
  const env = { ...process.env, ...environment, CAPLET_SUMMARY: summaryFile }
  const status = run(process.execPath, [tool('vitest', 'vitest'), 'run', ...reporters, ...words], { env })
  if (!existsSync(summaryFile)) return { passed: 0, failed: 1, skipped: [] }
  const summary = JSON.parse(readFileSync(summaryFile, 'utf8'))
  rmSync(summaryFile)
  if (status !== 0 && summary.failed === 0) summary.failed = 1
  return summary
}

/** All tests; or the files that a filter matches, and of the file with every operator's cases those that it names. */
function runTests(environment) {
  if (filters.length === 0) return runVitest([], environment)
  const operatorCases = 'compiler/operators/operators.test.ts'
  const byPath = runVitest(['--passWithNoTests', ...filters], environment)
  if (filters.some((filter) => operatorCases.includes(filter))) return byPath
  const names = filters.map((filter) => filter.replace(/[-_]/g, '[-_]')).join('|')
  const byName = runVitest([operatorCases, '-t', names], environment)
  return {
    passed: byPath.passed + byName.passed,
    failed: byPath.failed + byName.failed,
    // vitest counts what the name leaves out as skipped, too; that has no reason.
    skipped: [...byPath.skipped, ...byName.skipped.filter(({ reason }) => reason !== null)],
  }
}

/** Skipped tests with the same reason are one line. */
function printSkipped(skipped) {
  const byReason = new Map()
  for (const test of skipped) byReason.set(test.reason, [...(byReason.get(test.reason) ?? []), test])
  for (const [reason, tests] of byReason) {
    const files = [...new Set(tests.map((test) => test.file))]
    const shown = files.slice(0, 4).join(', ') + (files.length > 4 ? ` and ${files.length - 4} more` : '')
    console.log(`  skipped ${tests.length}: ${reason ?? 'no reason given'} (${shown})`)
  }
}

const python = providePython()
const boards = filters.length === 0 ? provideBoards() : {}
const older =
  filters.length === 0 || filters.some((filter) => 'tflite'.includes(filter)) ? provideOlderTflite() : {}
const environment = {
  ...(python.python ? { CAPLET_PYTHON: python.python } : {}),
  ...(older.python ? { CAPLET_OLDER_TFLITE: older.python } : {}),
}
const names = filters.length > 0 ? ['build'] : Object.keys(checks)
const failedChecks = []
for (const name of names) {
  console.log(`\n${name}`)
  if (checks[name]() !== 0) failedChecks.push(name)
}
console.log('\ntests')
const summary = runTests(environment)

console.log('\nSummary')
for (const name of names) console.log(`  ${name}: ${failedChecks.includes(name) ? 'FAILED' : 'ok'}`)
if (!python.python) console.log(`  without Python (${python.reason}); to have its tests: ${python.remedy}`)
if (boards.reason) {
  console.log(`  without the emulated boards (${boards.reason}); to have their tests: ${boards.remedy}`)
}
if (!existsSync(assets)) {
  console.log(
    '  without the data sets; to have their tests: put them in a folder and name it in CAPLET_ASSETS',
  )
}
printSkipped(summary.skipped)
const missing = requireAll ? summary.skipped.length : 0
if (missing > 0)
  console.log(`  everything is required here, so the ${missing} skipped tests count as failures`)

const failed = summary.failed + failedChecks.length
if (failed + missing > 0 || summary.passed === 0) process.exitCode = 1
console.log(
  `\n${summary.passed} passed, ${failed + missing} failed, ${summary.skipped.length - missing} skipped`,
)
