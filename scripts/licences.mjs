// SPDX-License-Identifier: Apache-2.0
// Holds every production dependency to the licences that a closed product can ship: fails on any other, and on a
// package that states none. `--list` prints the table.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'

const allowed = new Set(['MIT', 'MIT-0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'ISC', 'Apache-2.0'])

/** An SPDX expression is fine if one alternative of every part is allowed. */
const isAllowed = (expression) =>
  expression
    .replace(/[()]/g, '')
    .split(/\s+AND\s+/)
    .every((part) => part.split(/\s+OR\s+/).some((licence) => allowed.has(licence.trim())))

/** The licence that the installed package itself states; the lock file's where it is not installed here. */
function licenceOf(folder, locked) {
  try {
    const { license, licenses } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    return license?.type ?? license ?? licenses?.map((entry) => entry.type).join(' OR ') ?? null
  } catch {
    return locked ?? null
  }
}

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const production = Object.entries(lock.packages).filter(([folder, entry]) => folder !== '' && !entry.dev)
const table = production.map(([folder, entry]) => ({
  name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
  version: entry.version,
  licence: licenceOf(folder, entry.license),
}))
const refused = table.filter(({ licence }) => typeof licence !== 'string' || !isAllowed(licence))

if (process.argv.includes('--list')) {
  for (const { name, version, licence } of table) console.log(`${name}@${version}: ${licence}`)
}
for (const { name, version, licence } of refused) {
  console.error(
    `${name}@${version}: licence ${licence ?? 'not stated'} is not one of ${[...allowed].join(', ')}`,
  )
}
if (refused.length > 0) process.exitCode = 1
else console.log(`${table.length} production dependencies, all ${[...allowed].join(', ')}`)
