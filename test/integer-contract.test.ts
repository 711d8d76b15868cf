// SPDX-License-Identifier: Apache-2.0
// The contract `integer` on the command line: refused without it, exact under it, and never called equal to ONNX Runtime.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeModel } from '../runtime/oracle/write-model.js'
import { parseModel } from './random/text.js'
import { caplet, capletError, capletJson } from './run-caplet.js'

const folder = mkdtempSync(join(tmpdir(), 'caplet-integer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Symmetric activations behind a Relu, a bias in a scale of its own, a classifier. */
const text = `opset 17
input x: float32[1,2,6]
q: int8[1,2,6] = QuantizeLinear(x, float32 0.02, int8 0)
d: float32[1,2,6] = DequantizeLinear(q, float32 0.02, int8 0)
w: float32[3,2,3] = DequantizeLinear(int8[3,2,3] {7 -90 41 127 3 -65 20 88 -14}, float32[3] {0.01 0.021 0.013}, int8[3] {0 0 0}) {axis=0}
b: float32[3] = DequantizeLinear(int32[3] {31 -77 12}, float32 0.00417, int32 0)
c: float32[1,3,4] = Conv(d, w, b)
r: float32[1,3,4] = Relu(c)
e: int8[1,3,4] = QuantizeLinear(r, float32 0.031, int8 0)
f: float32[1,3,4] = DequantizeLinear(e, float32 0.031, int8 0)
g: float32[1,12] = Flatten(f)
v: float32[12,4] = DequantizeLinear(int8[12,4] {-50 9 77 21 -33}, float32 0.017, int8 0)
h: float32[1,4] = Gemm(g, v)
i: int8[1,4] = QuantizeLinear(h, float32 0.3, int8 -5)
y: float32[1,4] = DequantizeLinear(i, float32 0.3, int8 -5)
output y`
const model = join(folder, 'symmetric.onnx')
writeFileSync(model, writeModel(parseModel(text)))

const integer = { name: 'integer', reference: 'caplet', version: '1' }
const verify = ['verify', model, '--runtime', 'node,reference', '-n', '200']

it('is one of the two ways out of a refusal', async () => {
  const { name, message, remedy } = await capletError(1, 'compile', model, '-o', join(folder, 'none'))
  expect(name).toBe('float-sum')
  expect(message).toContain('cannot fold the Relu')
  expect(remedy).toMatch(/--float-islands.*--contract integer/)
  const { json } = await capletJson('inspect', 'inspect', model, '--contract', 'integer')
  expect(json).toMatchObject({ compiles: true, problems: [] })
})

it('is verified against its definition, its distance to ONNX Runtime measured', async () => {
  const { exitCode, json } = await capletJson('verify', ...verify, '--contract', 'integer')
  expect(exitCode).toBe(0)
  expect(json).toMatchObject({ exact: true, oracle: 'present', contract: integer })
  const { distance } = json
  expect(distance).toMatchObject({ reference: 'onnxruntime-web', version: '1.30.0', reason: null })
  const [output] = distance.outputs
  expect(output).toMatchObject({ name: 'y', values_compared: json.inputs * 4, unit: 'steps' })
  expect(output.top1.rows).toBe(json.inputs)
  // The bias, rounded to the accumulator's scale, is not the float one.
  expect(output.differing).toBeGreaterThan(0)
  expect(output.differing).toBeLessThan(output.values_compared / 10)
  expect(output.largest).toBe(1)
  const { stdout } = await caplet(...verify, '--contract', 'integer')
  expect(stdout).toMatch(/^EXACT under the contract integer, which is not ONNX Runtime/)
  expect(stdout).toContain('Distance to onnxruntime-web 1.30.0')
  expect(stdout).toContain('contract integer (caplet 1)')
})

it('has no such distance under --float-islands, which is the reference', async () => {
  const { json } = await capletJson('verify', ...verify, '--float-islands')
  expect(json).toMatchObject({ exact: true, distance: null, contract: { name: 'onnxruntime' } })
})

it('stands in the manifest, and a capsule is verified under what it says', async () => {
  const words = ['compile', model, '-o', join(folder, 'capsule'), '--contract', 'integer']
  const { json } = await capletJson('compile', ...words)
  const { wasm, manifest } = json.files
  expect(JSON.parse(readFileSync(manifest, 'utf8')).contract).toEqual(integer)
  expect(WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(wasm)))).toEqual([])
  const given = await capletJson('verify', ...verify, '--capsule', wasm)
  expect(given.json).toMatchObject({ exact: true, contract: integer })
  expect(given.json.distance.outputs[0].differing).toBeGreaterThan(0)
  const other = await capletError(1, ...verify, '--capsule', wasm, '--contract', 'onnxruntime')
  expect(other.name).toBe('capsule-mismatch')
})

it('is refused for TensorFlow Lite models, and with a native reference', async () => {
  const tflite = join(folder, 'model.tflite')
  writeFileSync(tflite, 'xxxxTFL3')
  const refused = await capletError(1, 'inspect', tflite, '--contract', 'integer')
  expect(refused.name).toBe('unsupported-format')
  const native = await capletError(1, ...verify, '--contract', 'integer', '--reference', 'native')
  expect(native.name).toBe('unsupported-feature')
})
