// SPDX-License-Identifier: Apache-2.0
// Models as frameworks export them (the scripts beside this file made them): each is exact in node and wasmtime, or
// refused, and what its refusal advises makes it exact.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { caplet, capletError, capletJson } from '../run-caplet.js'

const here = dirname(fileURLToPath(import.meta.url))
const model = (name: string) => join(here, `${name}.onnx`)
const folder = mkdtempSync(join(tmpdir(), 'caplet-exports-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function verifies(name: string, ...flags: string[]): Promise<void> {
  const words = ['verify', model(name), '-n', '40', ...flags]
  const { exitCode, json } = await capletJson('verify', ...words)
  expect(json.exact).toBe(true)
  // Where all is required, wasmtime has run as well.
  expect(json.skipped.length === 0 || process.env.CAPLET_REQUIRE_ALL !== '1').toBe(true)
  for (const { outputs_compared, mismatches } of json.runtimes) {
    expect(outputs_compared).toBeGreaterThanOrEqual(40 * 3)
    expect(mismatches).toBe(0)
  }
  expect(exitCode).toBe(0)
}

const exact = [
  'image.torchscript',
  'image.dynamo',
  'image.pt2e.every-output',
  'image.tf2onnx',
  'temporal.torchscript',
  'temporal.dynamo',
  'temporal.pt2e.every-output',
  'temporal.tf2onnx',
  'transformer.torchscript',
  'transformer.dynamo',
]

it.each(exact)('%s is exact', (name) => verifies(name), 60_000)

it.each([
  ['image.keras', '--shape image=1,16,16,3'],
  ['temporal.keras', '--shape signal=1,40,2'],
])(
  '%s has an open batch: exact with the flag that the error prints',
  async (name, flag) => {
    const error = await capletError(1, 'compile', model(name), '-o', join(folder, 'never'))
    expect(error).toMatchObject({ code: 'CAP016', name: 'unbound-dimension' })
    expect(error.remedy).toContain(flag)
    await verifies(name, ...flag.split(' '))
  },
  60_000,
)

it('image.pt2e leaves a sum in float: refused; exact as an island, and where a quantizer quantizes its output', async () => {
  const error = await capletError(1, 'compile', model('image.pt2e'), '-o', join(folder, 'never'))
  expect(error).toMatchObject({ name: 'float-sum', node: 'node_conv2d_2', operator: 'Conv' })
  expect(error.remedy).toContain('Quantize its output') // image.pt2e.every-output has it, above
  const flag = '--float-islands'
  expect(error.remedy).toContain(flag)
  await verifies('image.pt2e', flag)
  const out = join(folder, 'island')
  expect((await caplet('compile', model('image.pt2e'), flag, '-o', out)).exitCode).toBe(0)
  await verifies('image.pt2e', '--capsule', join(out, 'model.wasm'))
}, 60_000)

it('image.dynamo.float is no quantized model: refused; image.dynamo is the same, quantized as the remedy says', async () => {
  const error = await capletError(1, 'compile', model('image.dynamo.float'), '-o', join(folder, 'never'))
  expect(error.name).toBe('float-model')
  expect(error.remedy).toContain('docs/quantize.md')
})

it('every model is tested here and has at most 100 KB', () => {
  const files = readdirSync(here).filter((file) => file.endsWith('.onnx'))
  const refused = ['image.keras', 'temporal.keras', 'image.pt2e', 'image.dynamo.float']
  expect(files.sort()).toEqual([...exact, ...refused].map((name) => `${name}.onnx`).sort())
  for (const file of files) expect(statSync(join(here, file)).size, file).toBeLessThanOrEqual(100_000)
})
