// SPDX-License-Identifier: Apache-2.0
// docs/arithmetic.md: every numbered claim has a check in its runnable twin, and holds.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checkClaims } from '../../scripts/arithmetic-twin.js'

it('holds every claim of docs/arithmetic.md', () => {
  const document = readFileSync(new URL('../../docs/arithmetic.md', import.meta.url), 'utf8')
  const numbers = [...document.matchAll(/\*\*[Cc]laim (\d+)/g)].map((match) => Number(match[1]))
  const claims = checkClaims(60)
  expect([...new Set(numbers)].sort()).toEqual(claims.map((_, index) => index + 1))
  expect(claims.filter(({ holds }) => !holds)).toEqual([])
})
