// SPDX-License-Identifier: Apache-2.0
// 500 random quantized models: the integer reference and the kernels give what the oracle gives, in every bit. Long
// runs with other seeds: node dist/scripts/fuzz.js --seed 1000 --count 10000
import { afterAll, describe, expect, it } from 'vitest'
import { compareKernels } from './batch.js'
import { compare, type Subject } from './compare.js'
import { randomModel } from './generator.js'
import { randomPairs } from './pairs.js'
import { parseModel, printModel } from './text.js'

const modelCount = 500
const batchSize = 50

/** Models are written to be hard to fuse, and some on purpose cannot be; more than this share refused tests too little. */
const refusedAtMost = 0.25

const totals = new Map<string, number>()
const count = (key: string) => totals.set(key, (totals.get(key) ?? 0) + 1)

afterAll(() => {
  const lines = [...totals].sort((a, b) => b[1] - a[1]).map(([key, total]) => `  ${total} ${key}`)
  process.stdout.write(`${modelCount} random models:\n${lines.join('\n')}\n`)
})

describe.each(Array.from({ length: modelCount / batchSize }, (_, batch) => batch))('batch %i', (batch) => {
  it('equals the oracle', async () => {
    const subjects = new Map<number, Subject>()
    const faults: string[] = []
    for (let i = 0; i < batchSize; i++) {
      const seed = 1 + batch * batchSize + i
      const io = seed % 4 === 3 ? 'float' : 'quantized'
      const verdict = await compare(randomModel(seed), {
        ...{ samples: 4, seed, io, floatIslands: seed % 2 === 0 },
      })
      if (verdict.kind === 'refused') for (const code of verdict.codes) count(`refused: ${code}`)
      count(verdict.kind === 'oracle' ? 'refused by the oracle itself' : verdict.kind)
      if (verdict.kind === 'mismatch') faults.push(`seed ${seed}: ${verdict.text}`)
      if (verdict.kind === 'oracle' && verdict.compiles) faults.push(`seed ${seed}: ${verdict.text}`)
      if (verdict.kind === 'exact') subjects.set(seed, verdict.subject)
    }
    const seeds = [...subjects.keys()]
    const differences = await compareKernels([...subjects.values()])
    differences.forEach((text, i) => {
      if (text !== null) faults.push(`seed ${seeds[i]}, kernels: ${text}`)
    })
    expect(faults).toEqual([])
  }, 240_000)
})

it('300 models of pairs equal the oracle, too', async () => {
  const faults: string[] = []
  for (let seed = 1; seed <= 300; seed++) {
    const verdict = await compare(randomPairs(seed), { samples: 4, seed, io: 'quantized' })
    if (verdict.kind === 'mismatch') faults.push(`seed ${seed}: ${verdict.text}`)
    if (verdict.kind === 'oracle' && verdict.compiles) faults.push(`seed ${seed}: ${verdict.text}`)
  }
  expect(faults).toEqual([])
}, 60_000)

it('refuses few of them', () => {
  const refused = totals.get('refused') ?? 0
  expect(refused / modelCount).toBeLessThan(refusedAtMost)
})

describe('the generator', () => {
  it('gives the same model for the same seed, and another for another', () => {
    expect(printModel(randomModel(7))).toBe(printModel(randomModel(7)))
    const texts = Array.from({ length: 200 }, (_, seed) => printModel(randomModel(seed)))
    expect(new Set(texts).size).toBe(200)
  })

  it('writes models that read back from their text', () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = printModel(randomModel(seed))
      expect(printModel(parseModel(text))).toBe(text)
    }
  })

  it('spreads outputs over their range instead of saturating them', async () => {
    let saturated = 0
    let total = 0
    for (let seed = 1; seed <= 60; seed++) {
      const verdict = await compare(randomModel(seed), { samples: 2, seed, io: 'quantized' })
      if (verdict.kind !== 'exact') continue
      for (const { expected } of verdict.subject.samples.slice(4)) {
        for (const { type, data } of Object.values(expected)) {
          if (type === 'int64') continue
          const values = Array.from(data as ArrayLike<number>)
          total++
          if (values.length > 3 && new Set(values).size === 1) saturated++
        }
      }
    }
    expect(total).toBeGreaterThan(40)
    expect(saturated / total).toBeLessThan(0.15)
  })
})
