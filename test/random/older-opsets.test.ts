// SPDX-License-Identifier: Apache-2.0
// Random models of operator sets 9 to 12: other groups run in integers there, other operators exist.
import { expect, it } from 'vitest'
import { againstOracle } from '../../compiler/passes/reference/pass.fixture.js'
import { compare } from './compare.js'
import { randomModel } from './generator.js'
import { atOpset, type OlderOpset } from './older-opsets.js'

it.each([
  [[11, 12], 250, 100],
  [[9, 10], 500, 40],
] as const)(
  'models of operator sets %j are exact or refused',
  { timeout: 120_000 },
  async (opsets, count, least) => {
    const faults: string[] = []
    let exact = 0
    for (let seed = 1; seed <= count; seed++) {
      const written = randomModel(seed)
      const model = (written.opset ?? 17) < 13 ? written : atOpset(written, opsets[seed % 2]! as OlderOpset)
      if (!model) continue
      const io = seed % 4 === 3 ? 'float' : 'quantized'
      const verdict = await compare(model, { samples: 4, seed, io })
      if (verdict.kind === 'exact') exact++
      if (verdict.kind === 'mismatch') faults.push(`seed ${seed}: ${verdict.text}`)
      if (verdict.kind === 'oracle' && verdict.compiles) faults.push(`seed ${seed}: ${verdict.text}`)
    }
    expect(faults).toEqual([])
    expect(exact).toBeGreaterThan(least)
  },
)

const model = (opset: number, node: string, domain = '') => `
  opset ${opset}
  input a: int8[1,2,4]
  d: float32[1,2,4] = ${domain}DequantizeLinear(a, float32 0.03, int8 3)
  ${node}
  y: int8[1,2,4] = ${domain}QuantizeLinear(r, float32 0.05, int8 3)
  output y`
const weight =
  'w: float32[2,2,1] = com.microsoft.DequantizeLinear(int8[2,2,1] {1 -20 35 7}, float32 0.02, int8 0)'

it.each([
  [
    'a float bias',
    11,
    model(10, 'r: float32[1,2,4] = Conv(d, float32[2,2,1] {1 2 -1 0.5}, float32[2] {1 2})'),
  ],
  ['quantized groups', 10, model(9, `${weight}\n r: float32[1,2,4] = Conv(d, w)`, 'com.microsoft.')],
  [
    'negative axes of Unsqueeze',
    11,
    'opset 10\ninput a: int8[2,4]\ny: int8[2,4,1] = Unsqueeze(a) {axes=[-1]}\noutput y',
  ],
])('refuses %s before operator set %i, where the reference does not load them', async (_, opset, text) => {
  expect(await againstOracle(text)).toBe('refused, by the oracle too')
  const newer = text.replace(/opset \d+/, `opset ${opset}`)
  expect(await againstOracle(newer)).toBe('exact')
})
