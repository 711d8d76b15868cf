// SPDX-License-Identifier: Apache-2.0
// Runs a model in onnxruntime-web with the settings of the numeric contract, for make_networks.py.
// node reference.mjs MODEL < feeds.json > outputs.json; a tensor is {type, dims, data: base64 of little-endian bytes}.
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-web/wasm'

const ARRAYS = {
  float32: Float32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int32: Int32Array,
}

function decode({ type, dims, data }) {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'))
  return new ort.Tensor(type, new ARRAYS[type](bytes.buffer), dims)
}

function encode({ type, dims, data }) {
  return { type, dims, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') }
}

ort.env.wasm.numThreads = 1
const session = await ort.InferenceSession.create(readFileSync(process.argv[2]), {
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  extra: { session: { qdqisint8allowed: '1' } },
})
const outputs = []
for (const feed of JSON.parse(readFileSync(0, 'utf8'))) {
  const tensors = Object.entries(feed).map(([name, tensor]) => [name, decode(tensor)])
  const result = await session.run(Object.fromEntries(tensors))
  outputs.push(Object.fromEntries(session.outputNames.map((name) => [name, encode(result[name])])))
}
process.stdout.write(JSON.stringify({ version: ort.env.versions.web, outputs }))
