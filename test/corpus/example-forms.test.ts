// SPDX-License-Identifier: Apache-2.0
// The examples in QOperator form, quantized here by onnxruntime.quantization (committed is their QDQ form, which
// verify.test.ts holds to the same): 1,000 inputs and the corners in every runtime present, every bit equal.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readOnnx } from '../../compiler/import/onnx.js'
import { presentRuntimes } from '../../runtime/list.js'
import { verifyModel } from '../../runtime/verify.js'
import { python, withoutPython, writeModels } from './python.js'

const { present } = await presentRuntimes(undefined)

describe('the examples in QOperator form', () => {
  let folder: string
  beforeAll(() => {
    if (python !== null) folder = writeModels('quantize_examples.py', 'example-forms')
  })

  it.for(['ecg-beat', 'digits'])('%s is exact', async (name, { skip }) => {
    skip(python === null, withoutPython)
    const path = join(folder, `${name}.qoperator.onnx`)
    const { nodes } = readOnnx(readFileSync(path), () => new Uint8Array(0))
    expect(nodes.filter(({ operator }) => operator === 'QLinearConv').length).toBeGreaterThan(1)
    const { exact, inputs, runtimes } = await verifyModel(path, { count: 1000 })
    expect(runtimes.map((runtime) => runtime.name)).toEqual(present.map(({ runtime }) => runtime.name))
    for (const runtime of runtimes) {
      expect(runtime).toMatchObject({ mismatches: 0, firstMismatch: null })
      expect(runtime.outputsCompared).toBeGreaterThanOrEqual(4 * inputs)
    }
    expect({ exact, inputs }).toEqual({ exact: true, inputs: 1004 })
  })
})
