// SPDX-License-Identifier: Apache-2.0
// 500 random TensorFlow Lite networks, in our reference and as capsules of either tier, against TFLite Micro. Other seeds:
// npm run fuzz -- --tflite --seed 1000 --count 10000
import { afterAll, describe, expect, it } from 'vitest'
import { closeTfliteOracle } from '../../runtime/oracle/tflite.js'
import { differences, hasTfliteWheel, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { joinNetworks, randomNetwork } from './random-networks.js'

const networkCount = 500
const batchSize = 50
const sampleCount = 3

if (hasTfliteWheel) {
  describe.skipIf(tfliteOracleIsAbsent)(`random networks equal TFLite Micro${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it.each(Array.from({ length: networkCount / batchSize }, (_, batch) => batch))(
      'batch %i',
      async (batch) => {
        const seeds = Array.from({ length: batchSize }, (_, i) => 1 + batch * batchSize + i)
        const { text, samples } = joinNetworks(seeds.map((seed) => randomNetwork(seed, sampleCount)))
        expect(text.nodes.length).toBeGreaterThan(2 * batchSize)
        const forms = ['reference', batch % 2 === 0 ? 'portable' : 'accelerated'] as const
        expect(await differences(text, samples, { forms })).toEqual([])
      },
      240_000,
    )
  })
}
