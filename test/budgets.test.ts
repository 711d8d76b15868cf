// SPDX-License-Identifier: Apache-2.0
// test/budgets.json: the most bytes that the capsule and the linear memory of every example and committed network may
// take. A change that needs more says so by raising the number; one that needs far less lowers it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileFile } from '../compiler/compile.js'
import { committedNetworks, modelPath } from './networks/committed.js'
import { root } from './run-caplet.js'

interface Budget {
  readonly wasm: number
  readonly memory: number
}

/** A ceiling this many times above what is used holds nothing up. */
const mostSlack = 1.15

/** `conformance` has floors instead: scripts/conformance.ts holds it to them. */
const { conformance: _, ...budgets }: Readonly<Record<string, Budget>> = JSON.parse(
  readFileSync(join(root, 'test', 'budgets.json'), 'utf8'),
)
const example = (name: string) => ({
  name,
  path: join(root, 'examples', name, 'model.onnx'),
  shapes: new Map<string, readonly number[]>(),
})
const networks = [
  ...['digits', 'ecg-beat'].map(example),
  ...committedNetworks().map((network) => ({
    name: network.name,
    path: modelPath(network),
    shapes: new Map(Object.entries(network.dynamic)),
  })),
]

it('every network has a budget, and every budget a network', () => {
  expect(Object.keys(budgets).sort()).toEqual(networks.map(({ name }) => name).sort())
})

describe.each(networks.map((network) => [network.name, network] as const))('%s', (name, { path, shapes }) => {
  it('keeps to its budget', { timeout: 120_000 }, async () => {
    const { wasm, memory } = await compileFile(path, { shapes })
    const budget = budgets[name]!
    const used: Budget = { wasm: wasm.length, memory: memory.total }
    for (const key of ['wasm', 'memory'] as const) {
      expect(used[key], `bytes of ${key}`).toBeLessThanOrEqual(budget[key])
      expect(budget[key], `budget of ${key}, for ${used[key]} bytes`).toBeLessThanOrEqual(
        used[key] * mostSlack,
      )
    }
  })
})
