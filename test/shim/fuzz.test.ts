// SPDX-License-Identifier: Apache-2.0
// Damaged and hostile capsules: an error, never a crash and never an access outside of what was given, under sanitizers.
import { rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { engineNames } from '../../runtime/engines/list.js'
import { fuzz } from './fuzzer.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import { folder, networkNamed, subjectOf } from './subjects.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const flags = ['-O1', ...sanitizers]

const outcome = { ok: 0, notACapsule: 4, damaged: 5, version: 6, engine: 9, trap: 10, selftest: 11 } as const

describe.each(engineNames)('%s', async (engine) => {
  const missing = await missingTools(engine)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  const mutants = Number(process.env.CAPLET_FUZZ_MUTANTS ?? 1000)
  it(`survives ${mutants} mutants that it opens, tests and invokes`, async () => {
    const { file } = await subjectOf(networkNamed('perceptron.qdq.int8'))
    const program = await buildProgram({ main: 'fuzz.c', engines: [engine], native: [], flags })
    const counts = fuzz(program, 'run', mutants, file)
    expect(counts.reduce((sum, count) => sum + count)).toBe(mutants)
    for (const kind of [outcome.ok, outcome.damaged, outcome.engine, outcome.selftest])
      expect(counts[kind]).toBeGreaterThan(0)
  })
})

describe('the shim alone', async () => {
  const missing = await missingTools('wasm3')
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  it('survives 100,000 mutants', async () => {
    const { file } = await subjectOf(networkNamed('perceptron.qdq.int8'))
    const program = await buildProgram({ main: 'fuzz.c', engines: ['wasm3'], native: [], flags })
    const counts = fuzz(program, 'read', 100_000, file)
    expect(counts.reduce((sum, count) => sum + count)).toBe(100_000)
    for (const kind of [outcome.ok, outcome.notACapsule, outcome.damaged, outcome.version])
      expect(counts[kind]).toBeGreaterThan(50)
  })
})
