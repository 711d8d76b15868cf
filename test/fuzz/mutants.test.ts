// SPDX-License-Identifier: Apache-2.0
// 10,000 damaged models, half of them of the examples: none crashes or hangs the compiler, and whatever compiles is
// exact. CAPLET_FUZZ_SEED=N runs other ones.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { committedNetworks, modelPath } from '../networks/committed.js'
import { root } from '../run-caplet.js'
import { type Depth, judge, type Verdict } from './judge.js'
import { mutantOf } from './mutants.js'

const example = (name: string) => ({
  name,
  path: join(root, 'examples', name, 'model.onnx'),
  shapes: new Map(),
})
const committed = committedNetworks()
  .filter(({ external }) => !external)
  .map((network) => ({
    name: network.name,
    path: modelPath(network),
    shapes: new Map(Object.entries(network.dynamic)),
  }))
const models = [example('ecg-beat'), example('digits'), ...committed].map((model) => ({
  ...model,
  bytes: new Uint8Array(readFileSync(model.path)),
}))
const bytes = models.map((model) => model.bytes)

interface Plan {
  readonly count: number
  /** One in so many goes on to our reference and the oracle, one in so many to the built capsule. */
  readonly reference: number
  readonly capsule: number
}

const ofExamples: Plan = { count: 2500, reference: 25, capsule: 250 }
const ofSmall: Plan = { count: 500, reference: 1, capsule: 100 }
const plans = new Map<string, Plan>([
  ['ecg-beat', ofExamples],
  ['digits', ofExamples],
  ...(
    [
      ...['perceptron.qdq.int8', 'perceptron.qoperator.uint8', 'gated.qdq.int8', 'gated.qoperator.uint8'],
      ...[
        'branches.qdq.uint8',
        'mobile.qoperator.uint8',
        'two_inputs.qdq.int8',
        'two_inputs.qoperator.uint8',
      ],
      ...['channels_last.qdq.int8', 'computed_shape.qdq.int8'],
    ] as const
  ).map((name) => [name, ofSmall] as const),
])

const firstSeed = Number(process.env.CAPLET_FUZZ_SEED ?? 0)

function depthOf(index: number, { reference, capsule }: Plan): Depth {
  if (index % capsule === 0) return 'capsule'
  return index % reference === 0 ? 'reference' : 'normalize'
}

describe.each([...plans].map(([name, plan]) => [name, plan] as const))('mutants of %s', (name, plan) => {
  const model = models.find((entry) => entry.name === name)!

  it(`are refused, or compile and are exact: ${plan.count}`, { timeout: 600_000 }, async () => {
    const faults: string[] = []
    const tally = new Map<Verdict, number>()
    for (let index = 0; index < plan.count; index++) {
      const seed = firstSeed + index
      const mutant = mutantOf(model.bytes, seed, bytes)
      const verdict = await judge(mutant.bytes, model.shapes, depthOf(index, plan))
      if (typeof verdict === 'object') faults.push(`seed ${seed} (${mutant.label}): ${verdict.fault}`)
      else tally.set(verdict, (tally.get(verdict) ?? 0) + 1)
    }
    expect(faults).toEqual([])
    // The mutants are neither all broken beyond reading nor all harmless.
    expect(tally.get('refused')).toBeGreaterThan(plan.count / 10)
    expect(tally.get('exact')).toBeGreaterThan(plan.count / plan.reference / 20)
  })
})

it('are 10,000 in all', () => {
  expect([...plans.values()].reduce((sum, { count }) => sum + count, 0)).toBe(10_000)
})

describe('the judge', () => {
  it('holds the models themselves for exact', async () => {
    for (const { name, bytes: model, shapes } of models.slice(0, 2)) {
      expect(await judge(model, shapes, 'capsule'), name).toBe('exact')
    }
  })

  it('holds text and nothing for refused', async () => {
    expect(await judge(new TextEncoder().encode('no model'), new Map(), 'capsule')).toBe('refused')
    expect(await judge(new Uint8Array(0), new Map(), 'capsule')).toBe('refused')
  })
})
