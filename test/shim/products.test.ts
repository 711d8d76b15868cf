// SPDX-License-Identifier: Apache-2.0
// The native tier's product of a 64-bit value and a weight equals 64-bit arithmetic, on cores with and without a wide
// multiplication.
import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shimFolder } from '../../runtime/engines/engine-build.js'
import { compileFiles, linkProgram, missingTools, sanitizers, testFile } from './host-build.js'

const missing = await missingTools(null)

it.for([
  ['with', []],
  ['without', ['-DCAPLET_NARROW_MULTIPLY']],
] as const)('%s a wide multiplication', { timeout: 120_000 }, async ([name, defines], { skip }) => {
  skip(missing !== null, missing ?? '')
  const flags = ['-O2', '-std=c99', '-Wall', '-Wextra', '-Wconversion', '-Werror', ...defines, ...sanitizers]
  const objects = await compileFiles({
    name: `products-${name}`,
    sources: [testFile('products.c')],
    includes: [shimFolder],
    flags,
  })
  const program = await linkProgram(`products-${name}`, objects, sanitizers)
  expect(execFileSync(program, { encoding: 'utf8' })).toBe(`0 of ${0x10000 * 23}\n`)
})
