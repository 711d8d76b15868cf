// SPDX-License-Identifier: Apache-2.0
// Runs fuzz.c: mutants of a capsule, under sanitizers.
import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'
import { sanitized } from './subjects.js'

/** Mutants by the number of the status in which they ended; the last one did not end within a second. */
export function fuzz(program: string, mode: 'read' | 'run', mutants: number, file: string): number[] {
  const args = [mode, process.env.CAPLET_FUZZ_SEED ?? '1', String(mutants), file]
  const { status, stdout, stderr } = spawnSync(program, args, { ...sanitized, encoding: 'utf8' })
  expect({ status, stderr: stderr.slice(0, 4000) }).toEqual({ status: 0, stderr: '' })
  return [...stdout.matchAll(/^\d+ (\d+)$/gm)].map(([, count]) => Number(count))
}
