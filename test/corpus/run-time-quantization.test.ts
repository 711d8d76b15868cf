// SPDX-License-Identifier: Apache-2.0
// What quantize_dynamic makes of dense, convolutional and temporal networks, and a transformer block out of quantize_static,
// quantized here by onnxruntime.quantization: all compile, and no bit differs.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyModel } from '../../runtime/verify.js'
import { compareBytes } from '../random/compare.js'
import { python, withoutPython, writeModels } from './python.js'

const networks = ['dense_layers', 'images', 'rows', 'signals', 'transformer']
const files = networks.flatMap((name) => [`${name}.int8.onnx`, `${name}.uint8.onnx`])

describe('networks quantized at run time, and a transformer block', () => {
  let folder: string
  beforeAll(() => {
    if (python !== null) folder = writeModels('quantize_at_run_time.py', 'run-time-quantization')
  }, 120_000)

  it('compile, and no output differs', async ({ skip }) => {
    skip(python === null, withoutPython)
    expect(readdirSync(folder).sort()).toEqual(files)
    for (const file of files) {
      const model = new Uint8Array(readFileSync(join(folder, file)))
      const { kind } = await compareBytes(model, { samples: 20, seed: 1, io: 'quantized' })
      expect({ file, kind }).toEqual({ file, kind: 'exact' })
    }
  }, 120_000)

  it('are exact as capsules, too', async ({ skip }) => {
    skip(python === null, withoutPython)
    for (const file of ['transformer.int8.onnx', 'signals.int8.onnx']) {
      const { exact } = await verifyModel(join(folder, file), { count: 50, runtimes: ['node'] })
      expect({ file, exact }).toEqual({ file, exact: true })
    }
  }, 240_000)
})
