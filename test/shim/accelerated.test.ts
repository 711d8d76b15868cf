// SPDX-License-Identifier: Apache-2.0
// Accelerated capsules in the interpreters with the kernels of targets/kernels, under sanitizers: exact, several at once,
// and refused or trapped where they are hostile.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { root } from '../run-caplet.js'
import { fuzz } from './fuzzer.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import {
  folder,
  joinInputs,
  joinOutputs,
  networkNamed,
  runProgram,
  subjectOf,
  writeCapsule,
} from './subjects.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const flags = ['-O1', ...sanitizers, '-DKERNELS=caplet_kernels_1']
const kernels = readdirSync(join(root, 'targets', 'kernels'))
  .filter((name) => name.endsWith('.c'))
  .map((name) => join('..', '..', 'targets', 'kernels', name))
const mutants = Number(process.env.CAPLET_FUZZ_MUTANTS ?? 1000)

async function acceleratedOf(name: string): Promise<string> {
  const { path, shapes } = networkNamed(name)
  const { accelerated } = await compileFile(path, { shapes, tier: 'accelerated' })
  return writeCapsule(`${name}.accelerated`, accelerated!.wasm)
}

describe.each(['wamr-fast', 'wasm3'] as const)('%s', async (engine) => {
  const missing = await missingTools(engine)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))
  const build = (main: string) => buildProgram({ main, engines: [engine], native: [], flags, extra: kernels })

  it('runs two accelerated capsules that are open at once, in turn, as node runs the portable ones', async () => {
    const names = ['ecg-beat', 'gated.qdq.int8']
    const pair = await Promise.all(names.map((name) => subjectOf(networkNamed(name))))
    const files = await Promise.all(names.map(acceleratedOf))
    const turns = <T>(lists: readonly (readonly T[])[]): T[] =>
      lists[0]!.flatMap((_, index) => lists.map((list) => list[index]!))
    const inputs = joinInputs(turns(pair.map((subject) => subject.inputs)))
    const { exitCode, output } = runProgram(await build('run-capsules.c'), 200_000, files, inputs)
    expect(exitCode).toBe(0)
    const expected = joinOutputs(turns(pair.map((subject) => subject.outputs)))
    expect(Buffer.compare(output, expected)).toBe(0)
  })

  it(`survives ${mutants} mutants whose kernels run`, async () => {
    const file = await acceleratedOf('gated.qdq.int8')
    const counts = fuzz(await build('fuzz.c'), 'run', mutants, file)
    expect(counts.reduce((sum, count) => sum + count)).toBe(mutants)
    const outcome = { ok: 0, damaged: 5, trap: 10, selftest: 11 }
    for (const kind of Object.values(outcome)) expect(counts[kind]).toBeGreaterThan(0)
  })
})
