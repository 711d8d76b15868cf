// SPDX-License-Identifier: Apache-2.0
// Networks of other projects on the emulated Cortex-M4, every tier: three quantized by onnxruntime.quantization, and the
// keyword, anomaly and image models of MLPerf Tiny against TFLite Micro.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { deviceGroups, deviceRuntimes } from '../../runtime/device.js'
import { verifyModel } from '../../runtime/verify.js'
import { assetsFolder, python, withoutAssets, withoutPython, writeModels } from '../corpus/python.js'
import { hasTfliteWheel, tfliteOracleIsAbsent, whyAbsent } from '../tflite/compare.js'
import { whyMissing } from './requirements.js'

const assets = assetsFolder()
const withoutModels = assets === null ? withoutAssets : withoutPython
const cannotQuantize = assets === null || python === null
const models: readonly { name: string; shapes: [string, readonly number[]][] }[] = [
  { name: 'mnist_conv', shapes: [] },
  { name: 'residual_block', shapes: [] },
  { name: 'mnist_factorio', shapes: [['input', [1, 25]]] },
]
const board = 'cortex-m4'
const names = deviceGroups.get(board)!
const runtimes = deviceRuntimes.filter(({ name }) => names.includes(name))

const tiny = [
  'keyword_spotting/trained_models/kws_ref_model',
  'anomaly_detection/trained_models/ad01_int8',
].concat('image_classification/trained_models/pretrainedResnet_quant')

let folder: string
beforeAll(() => {
  if (!cannotQuantize) folder = writeModels('quantize_assets.py', 'board-models', '--assets', assets)
})

describe('all tiers of the Cortex-M4', async () => {
  const missing = (await Promise.all(runtimes.map(whyMissing))).find((reason) => reason !== null)

  it.for(models)(
    'give the bits of the reference on $name',
    { timeout: 1_200_000 },
    async ({ name, shapes }, { skip }) => {
      skip(cannotQuantize, withoutModels)
      skip(missing !== undefined, missing ?? '')
      const options = { shapes: new Map(shapes), count: 2, runtimes: [board] }
      const verified = await verifyModel(join(folder, `${name}.qdq.onnx`), options)
      expect(verified).toMatchObject({ exact: true, inputs: 6, skipped: [] })
      expect(verified.runtimes.map(({ name, mismatches }) => [name, mismatches])).toEqual(
        names.map((name) => [name, 0]),
      )
    },
  )

  if (hasTfliteWheel) {
    it.for(tiny)('give the bits of TFLite Micro on %s', { timeout: 1_200_000 }, async (name, { skip }) => {
      skip(assets === null, withoutAssets)
      skip(tfliteOracleIsAbsent, `TFLite Micro${whyAbsent}`)
      skip(missing !== undefined, missing ?? '')
      const path = join(assets!, 'mlperf_tiny', 'training', `${name}.tflite`)
      const verified = await verifyModel(path, { count: 1, runtimes: [board], target: 'cortex-m4f' })
      expect(verified).toMatchObject({ exact: true, inputs: 5, skipped: [] })
      expect(verified.runtimes.map(({ name, mismatches }) => [name, mismatches])).toEqual(
        names.map((name) => [name, 0]),
      )
    })
  }
})
