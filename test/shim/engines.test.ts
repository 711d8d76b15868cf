// SPDX-License-Identifier: Apache-2.0
// Every engine gives the bytes that node gives, with the capsule in read-only memory and under sanitizers.
import { rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { engineNames } from '../../runtime/engines/list.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import {
  folder,
  joinInputs,
  joinOutputs,
  nativeCodeOf,
  networkNamed,
  networks,
  reported,
  runProgram,
  type Subject,
  subjectOf,
} from './subjects.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tiers = [...engineNames, 'native'] as const
const plenty = 200_000

/** Translated code is compiled once per network, under sanitizers: these have every kernel between them. */
const translated = new Set([
  'ecg-beat',
  'digits',
  'perceptron.qdq.int8',
  'keyword.qdq',
  'gated.qdq.floatbias',
  'branches.qdq.uint8',
  'branches.qoperator.int8',
  'mobile.qdq.floatweights',
  'residual.qoperator.uint8',
  'two_inputs.qoperator.uint8',
  'channels_last.qdq.int8',
])
const flags = ['-O1', ...sanitizers]

/** One program for an interpreter; for native code one per set of capsules. */
async function programFor(tier: (typeof tiers)[number], subjects: readonly Subject[]): Promise<string> {
  const main = 'run-capsules.c'
  if (tier !== 'native') return buildProgram({ main, engines: [tier], native: [], flags })
  const native = await Promise.all(subjects.map(nativeCodeOf))
  return buildProgram({ main, engines: [], native, flags })
}

describe.each(tiers)('%s', async (tier) => {
  const missing = await missingTools(tier === 'native' ? null : tier)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  const chosen = networks.filter(({ name }) => tier !== 'native' || translated.has(name))
  it.each(chosen.map((network) => [network.name, network] as const))('%s', async (_, network) => {
    const subject = await subjectOf(network)
    const program = await programFor(tier, [subject])
    const memory = subject.total + plenty
    const { exitCode, output, log } = runProgram(program, memory, [subject.file], joinInputs(subject.inputs))
    expect({ exitCode, log: log.replace(/^(most|now) \d+\n/gm, '') }).toEqual({ exitCode: 0, log: '' })
    expect(Buffer.compare(output, joinOutputs(subject.outputs))).toBe(0)
  })

  it('runs two capsules that are open at once, in turn', async () => {
    const pair = await Promise.all(
      ['ecg-beat', 'gated.qdq.int8'].map((name) => subjectOf(networkNamed(name))),
    )
    const program = await programFor(tier, pair)
    const turns = <T>(lists: readonly (readonly T[])[]): T[] =>
      lists[0]!.flatMap((_, index) => lists.map((list) => list[index]!))
    const inputs = turns(pair.map((subject) => subject.inputs))
    const outputs = turns(pair.map((subject) => subject.outputs))
    const files = pair.map(({ file }) => file)
    const { exitCode, output } = runProgram(program, plenty, files, joinInputs(inputs))
    expect(exitCode).toBe(0)
    expect(Buffer.compare(output, joinOutputs(outputs))).toBe(0)
  })

  it('needs exactly the memory that it reports, and says so before it runs when there is less', async () => {
    const subject = await subjectOf(networkNamed('ecg-beat'))
    const program = await programFor(tier, [subject])
    const [most] = reported(runProgram(program, plenty, [subject.file]).log, 'most')
    const enough = runProgram(program, most!, [subject.file], joinInputs(subject.inputs))
    expect({ exitCode: enough.exitCode, most: reported(enough.log, 'most') }).toEqual({
      exitCode: 0,
      most: [most],
    })
    expect(Buffer.compare(enough.output, joinOutputs(subject.outputs))).toBe(0)
    for (const memory of [most! - 1, most! - 8, subject.total, 200, 1, 0]) {
      const { exitCode, log } = runProgram(program, memory, [subject.file])
      expect({ memory, exitCode, open: reported(log, 'open') }).toEqual({ memory, exitCode: 1, open: [8] })
    }
  })
})
