// SPDX-License-Identifier: Apache-2.0
// Five float models of other projects, quantized here by onnxruntime.quantization in both forms: all are exact.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { presentRuntimes } from '../../runtime/list.js'
import { verifyModel } from '../../runtime/verify.js'
import { assetsFolder, python, withoutAssets, withoutPython, writeModels } from './python.js'

const assets = assetsFolder()
const reason = assets === null ? withoutAssets : withoutPython
const cannotRun = assets === null || python === null

/** What binds the dimensions that a model leaves open. */
const models: Record<string, [string, readonly number[]][]> = {
  mnist_conv: [],
  residual_block: [],
  espcn: [],
  streaming: [],
  mnist_factorio: [['input', [1, 25]]],
}
const forms = ['qdq', 'qoperator']
const cases = Object.keys(models).flatMap((name) => forms.map((form) => [name, form] as const))

const { present } = await presentRuntimes(undefined)
const runtimes = present.map(({ runtime }) => runtime.name)

describe('float models of the assets, quantized', () => {
  let folder: string
  beforeAll(() => {
    if (!cannotRun) folder = writeModels('quantize_assets.py', 'asset-models', '--assets', assets)
  })

  it.for(cases)('%s in %s form is exact', async ([name, form], { skip }) => {
    skip(cannotRun, reason)
    const path = join(folder, `${name}.${form}.onnx`)
    expect(existsSync(path)).toBe(true)
    const verified = await verifyModel(path, { shapes: new Map(models[name]), count: 100 })
    expect(verified.runtimes.map((runtime) => runtime.name)).toEqual(runtimes)
    for (const runtime of verified.runtimes) {
      expect(runtime.firstMismatch, runtime.name).toBeNull()
      expect(runtime.outputsCompared).toBeGreaterThanOrEqual(10 * verified.inputs)
    }
    expect(verified).toMatchObject({ exact: true, inputs: 104 })
  })
})
