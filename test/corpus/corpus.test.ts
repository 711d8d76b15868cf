// SPDX-License-Identifier: Apache-2.0
// Random networks, drawn and quantized here by onnxruntime.quantization in its common configurations: none may
// differ from the reference, at most 5 % may be refused.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { CapletError } from '../../compiler/errors.js'
import { verifyModel } from '../../runtime/verify.js'
import { python, withoutPython, writeModels } from './python.js'

const seed = 26
const count = 120

/** One entry of corpus.json, as random_networks.py writes it. */
interface Entry {
  readonly file: string
  readonly configuration: { readonly format: string; readonly types: string; readonly per_channel: boolean }
  readonly float: {
    readonly dynamic_batch: boolean
    readonly inputs: Readonly<Record<string, readonly (number | string)[]>>
    readonly operators: Readonly<Record<string, number>>
  }
}

interface Outcome {
  readonly entry: Entry
  readonly verdict: 'exact' | 'differs' | 'refused'
  /** First mismatch, or the codes of the refusal. */
  readonly detail: string
}

/** A CapletError is a refusal; anything else is a crash and fails the test. */
async function outcomeOf(folder: string, entry: Entry): Promise<Outcome> {
  const { inputs, dynamic_batch: isDynamic } = entry.float
  const bound = Object.entries(inputs).map(
    ([name, shape]) => [name, shape.map((size) => (typeof size === 'number' ? size : 1))] as const,
  )
  try {
    const options = { shapes: new Map(isDynamic ? bound : []), runtimes: ['node'], count: 12 }
    const { exact, runtimes } = await verifyModel(join(folder, entry.file), options)
    const detail = JSON.stringify(runtimes[0]!.firstMismatch)
    return { entry, verdict: exact ? 'exact' : 'differs', detail }
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    const codes = error.problems.map(({ code, node, message }) => `${code} at ${node}: ${message}`)
    return { entry, verdict: 'refused', detail: codes.join('; ') }
  }
}

describe(`${count} random networks`, () => {
  const outcomes: Outcome[] = []
  const having = (verdict: Outcome['verdict']) =>
    outcomes
      .filter((outcome) => outcome.verdict === verdict)
      .map(({ entry, detail }) => `${entry.file}: ${detail}`)

  beforeAll(async () => {
    if (python === null) return
    const folder = writeModels('random_networks.py', 'corpus', '--seed', `${seed}`, '--count', `${count}`)
    const { files } = JSON.parse(readFileSync(join(folder, 'corpus.json'), 'utf8')) as { files: Entry[] }
    for (const entry of files) outcomes.push(await outcomeOf(folder, entry))
    const refused = having('refused')
    if (refused.length > 0) console.log(`${refused.length} refused:\n  ${refused.join('\n  ')}`)
  }, 600_000)

  it('were drawn in every main configuration, with every kind of layer', ({ skip }) => {
    skip(python === null, withoutPython)
    expect(outcomes.length).toBeGreaterThan(0.9 * count)
    const kinds = outcomes.map(({ entry: { configuration: c } }) => `${c.format} ${c.types} ${c.per_channel}`)
    expect(new Set(kinds).size).toBe(2 * 3 * 2)
    const operators = new Set(outcomes.flatMap(({ entry }) => Object.keys(entry.float.operators)))
    for (const name of [
      'Conv',
      'Gemm',
      'Add',
      'Mul',
      'Concat',
      'MaxPool',
      'GlobalAveragePool',
      'Softmax',
      'Erf',
    ]) {
      expect([...operators], name).toContain(name)
    }
  })

  it('never differ', ({ skip }) => {
    skip(python === null, withoutPython)
    expect(having('differs')).toEqual([])
  })

  it('are refused at most once in twenty', ({ skip }) => {
    skip(python === null, withoutPython)
    expect(having('refused').length).toBeLessThanOrEqual(outcomes.length / 20)
  })
})
