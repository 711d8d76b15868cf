// SPDX-License-Identifier: Apache-2.0
// --tflite-multipliers float32 against TFLite Micro of 12 October 2026, which formed multipliers so in ten operators; and
// on what tells it apart from the newer rule, which the newer version follows.
import { afterAll, describe, expect, it } from 'vitest'
import { defaultOptions, lower } from '../../compiler/compile.js'
import { bytesOf, evaluateBytes } from '../../compiler/evaluate.js'
import type { Data } from '../../compiler/ir/types.js'
import { Random } from '../../compiler/operators/random.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { closeTfliteOracle, olderTfliteMicro } from '../../runtime/oracle/tflite.js'
import { type TfliteText, writeTflite } from '../../runtime/oracle/write-tflite.js'
import { differences, hasTfliteWheel, refusals } from './compare.js'
import { arithmeticLayers } from './layers.js'
import { Network, randomInputs } from './network.js'

const absent = hasTfliteWheel ? await olderTfliteMicro.absent() : null
const why = absent ? `: ${absent.reason}; ${absent.remedy}` : ''

/** With multipliers of their own in the older version, and those that must not change with it. */
const changed = ['SUB', 'LEAKY_RELU', 'RELU', 'FULLY_CONNECTED', 'BATCH_MATMUL', 'HARD_SWISH']
const same = [
  'ADD',
  'MUL',
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'TRANSPOSE_CONV',
  'QUANTIZE',
  'PRELU',
  'MEAN',
  'SUM',
]
const networksPerOperator = 30
const options = { tfliteMultipliers: 'float32' } as const

function networkOf(name: string, random: Random): TfliteText {
  for (;;) {
    const network = new Network(random)
    const rank = random.pick([2, 4])
    const shape = Array.from({ length: rank }, (_, axis) => (axis === 0 ? 1 : random.integer(3, 9)))
    const input = network.input(random.pick(['int8', 'int16'] as const), shape)
    const text = arithmeticLayers[name]!(network, input) ? network.text() : null
    if (text && refusals(text).length === 0) return text
  }
}

/** The bytes of our meaning under a rule. */
function outputsOf(
  text: TfliteText,
  sample: readonly Data[],
  tfliteMultipliers: 'float32' | 'float64',
): string {
  const model = modelFromBytes(writeTflite(text), 'random.tflite')
  const { graph } = lower(model, { ...defaultOptions, tfliteMultipliers })
  return evaluateBytes(graph, sample.map(bytesOf), 'model').join(';')
}

/** Networks whose results the rules tell apart: all of an int16 tensor for elementwise operators, biases for dense ones. */
function tellingNetworks(name: string, random: Random): { text: TfliteText; sample: Data[] }[] {
  const found: { text: TfliteText; sample: Data[] }[] = []
  for (let tries = 0; tries < 60 && found.length < 3; tries++) {
    const network = new Network(random)
    if (name === 'FULLY_CONNECTED') dense(network)
    else arithmeticLayers[name]!(network, network.activation('int16', [65536], { zeroPoint: 0 }))
    const text = { ...network.text(), inputs: [network.tensors[0]!.name, ...network.inputs] }
    if (refusals(text).length > 0) continue
    const sample = randomInputs(text, random)
    if (outputsOf(text, sample, 'float32') !== outputsOf(text, sample, 'float64'))
      found.push({ text, sample })
  }
  return found
}

/** One unit per accumulator around a tie, for which the multipliers give other results; weights are 0. */
function dense(network: Network): void {
  const { random } = network
  const input = network.activation('int8', [1, 1])
  const scale = Math.fround(random.scale() / 64)
  const product = network.scaleOf(input) * scale
  const output = network.activation('int8', [1, 512], {
    scale: product * random.float(1e6, 4e6),
    zeroPoint: 0,
  })
  const biases = Int32Array.from({ length: 512 }, (_, i) => {
    const tie = ((i >> 2) - 63.5) * (network.scaleOf(output) / product)
    return Math.round(tie) + random.integer(-12, 12)
  })
  const weight = network.constant('int8', [512, 1], new Int8Array(512), { scales: [scale], zeroPoints: [0] })
  const bias = network.constant('int32', [512], biases, { scales: [Math.fround(product)] })
  network.node('FULLY_CONNECTED', [input, weight, bias], [output], { activation: 0, keepDimensions: false })
}

if (hasTfliteWheel) {
  describe.skipIf(absent !== null)(`TFLite Micro before October 2026${why}`, () => {
    afterAll(() => olderTfliteMicro.close())
    afterAll(closeTfliteOracle)

    it.each([...changed, ...same])('%s', async (name) => {
      const random = new Random(name.length)
      for (let count = 0; count < networksPerOperator; count++) {
        const text = networkOf(name, random)
        const samples = Array.from({ length: 3 }, () => randomInputs(text, random))
        expect(await differences(text, samples, { options, interpreter: olderTfliteMicro })).toEqual([])
      }
    })

    it.each(['SUB', 'LEAKY_RELU', 'RELU', 'FULLY_CONNECTED'])(
      '%s tells both versions apart',
      async (name) => {
        const networks = tellingNetworks(name, new Random(3))
        expect(networks.length).toBeGreaterThan(0)
        for (const { text, sample } of networks) {
          expect(await differences(text, [sample], { options, interpreter: olderTfliteMicro })).toEqual([])
          expect(await differences(text, [sample])).toEqual([])
        }
      },
    )
  })
}
