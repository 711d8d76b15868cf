// SPDX-License-Identifier: Apache-2.0
// Random models of operator sets 11 and 12: other groups run in integers there, other operators exist.
import { expect, it } from 'vitest'
import { compare } from './compare.js'
import { randomModel } from './generator.js'
import { atOpset } from './older-opsets.js'

it('models of operator sets 11 and 12 are exact or refused', { timeout: 120_000 }, async () => {
  const faults: string[] = []
  let exact = 0
  for (let seed = 1; seed <= 250; seed++) {
    const model = atOpset(randomModel(seed), seed % 2 === 0 ? 12 : 11)
    if (!model) continue
    const io = seed % 4 === 3 ? 'float' : 'quantized'
    const verdict = await compare(model, { samples: 4, seed, io })
    if (verdict.kind === 'exact') exact++
    if (verdict.kind === 'mismatch') faults.push(`seed ${seed}: ${verdict.text}`)
    if (verdict.kind === 'oracle' && verdict.compiles) faults.push(`seed ${seed}: ${verdict.text}`)
  }
  expect(faults).toEqual([])
  expect(exact).toBeGreaterThan(100)
})
