// SPDX-License-Identifier: Apache-2.0
// Three networks of other projects, quantized by onnxruntime.quantization, on the emulated Cortex-M4: every engine, and
// both forms of the capsule.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { deviceRuntimes } from '../../runtime/device.js'
import { verifyModel } from '../../runtime/verify.js'
import { assetsFolder, python, withoutAssets, withoutPython, writeModels } from '../corpus/python.js'
import { whyMissing } from './requirements.js'

const assets = assetsFolder()
const withoutModels = assets === null ? withoutAssets : withoutPython
const cannotQuantize = assets === null || python === null
const models: readonly { name: string; shapes: [string, readonly number[]][] }[] = [
  { name: 'mnist_conv', shapes: [] },
  { name: 'residual_block', shapes: [] },
  { name: 'mnist_factorio', shapes: [['input', [1, 25]]] },
]
const runtimes = deviceRuntimes.filter(({ name }) => name.startsWith('cortex-m4:'))

let folder: string
beforeAll(() => {
  if (!cannotQuantize) folder = writeModels('quantize_assets.py', 'board-models', '--assets', assets)
})

describe.each(runtimes.map((runtime) => [runtime.name, runtime] as const))('%s', async (name, runtime) => {
  const missing = await whyMissing(runtime)

  it.for(models)(
    '$name is exact in every form',
    { timeout: 600_000 },
    async ({ name: model, shapes }, { skip }) => {
      skip(cannotQuantize, withoutModels)
      skip(missing !== null, missing ?? '')
      const path = join(folder, `${model}.qdq.onnx`)
      const tiers = runtime.portableOnly ? (['portable'] as const) : (['portable', 'accelerated'] as const)
      for (const tier of tiers) {
        const options = { shapes: new Map(shapes), tier, count: 2, runtimes: [name] }
        const verified = await verifyModel(path, options)
        expect(verified).toMatchObject({ exact: true, inputs: 6 })
        expect(verified.runtimes).toMatchObject([{ name, mismatches: 0 }])
      }
    },
  )
})
