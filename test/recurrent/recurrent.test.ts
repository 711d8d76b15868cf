// SPDX-License-Identifier: Apache-2.0
// Recurrent networks as PyTorch exports them (export_torch.py made them), quantized statically and at run time: exact in
// every runtime, whole windows at once and sample by sample with the state kept in the capsule.
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { verifyModel } from '../../runtime/verify.js'

const here = dirname(fileURLToPath(import.meta.url))
const model = (name: string) => join(here, `${name}.onnx`)

const windows = [
  'lstm.static',
  'lstm.dynamic',
  'lstm.dynamo',
  'lstm.bidirectional',
  'gru.static',
  'rnn.static',
]
const streams = ['streaming.static', 'streaming.dynamic']
const states = new Map([
  ['h_in', 'h_out'],
  ['c_in', 'c_out'],
])

async function expectExact(name: string, options: { readonly states?: ReadonlyMap<string, string> }) {
  const verification = await verifyModel(model(name), { count: 60, ...options })
  expect(verification.exact).toBe(true)
  for (const { outputsCompared, mismatches } of verification.runtimes) {
    expect(outputsCompared).toBeGreaterThan(4 * 60)
    expect(mismatches).toBe(0)
  }
}

it.each(windows)('%s is exact', (name) => expectExact(name, {}), 60_000)

it.each(streams)(
  '%s is exact, and keeps its state of two times twelve values',
  async (name) => {
    await expectExact(name, { states })
    const { memory, inputs, manifest } = await compileFile(model(name), { states })
    expect(memory.state).toBe(2 * 12 * 4)
    expect(inputs.map((edge) => edge.name)).toEqual(['sample'])
    expect(manifest.states).toEqual([...states].map(([input, output]) => ({ input, output })))
  },
  60_000,
)

it('weights quantized at run time stay 8-bit in the capsule', async () => {
  const bytes = async (name: string) => (await compileFile(model(name), { states })).sizes.weights
  expect(await bytes('streaming.dynamic')).toBeLessThan((await bytes('streaming.static')) / 2)
})

it('every model is tested here and has at most 100 KB', () => {
  const files = readdirSync(here).filter((file) => file.endsWith('.onnx'))
  expect(files.sort()).toEqual([...windows, ...streams].map((name) => `${name}.onnx`).sort())
  for (const file of files) expect(statSync(join(here, file)).size, file).toBeLessThanOrEqual(100_000)
})
