// SPDX-License-Identifier: Apache-2.0
// Every TensorFlow Lite operator that is compiled, in random networks of one node, against TFLite Micro's interpreter.
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import { tfliteOperators } from '../../compiler/operators/tflite-list.js'
import { closeTfliteOracle } from '../../runtime/oracle/tflite.js'
import { differences, hasTfliteWheel, refusals, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { arithmeticLayers, type Layer } from './layers.js'
import { movers } from './movers.js'
import { Network, randomInputs } from './network.js'
import { recurrent } from './recurrent.js'
import { variables } from './variables.js'

const layers = { ...arithmeticLayers, ...movers, ...variables, ...recurrent }
const networksPerOperator = 40
const samplesPerNetwork = 4

/** With other tests: float edges, and shapes that only other nodes read. */
const testedElsewhere = ['DEQUANTIZE', 'SHAPE']

it('every operator of the list has a generator', () => {
  expect([...tfliteOperators.keys()].filter((name) => !testedElsewhere.includes(name)).sort()).toEqual(
    Object.keys(layers).sort(),
  )
})

function networkOf(layer: Layer, random: Random): Network {
  for (;;) {
    const network = new Network(random)
    const rank = random.pick([4, 4, 4, 1, 2, 3])
    const shape = Array.from({ length: rank }, (_, axis) =>
      rank === 4 && axis > 0 ? random.integer(2, 6) : random.integer(1, 5),
    )
    const type = random.pick(['int8', 'int8', 'int16'] as const)
    if (layer(network, network.input(type, shape))) return network
  }
}

if (hasTfliteWheel) {
  describe.skipIf(tfliteOracleIsAbsent)(`TFLite Micro${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it.each(Object.keys(layers))('%s', async (name) => {
      const random = new Random(Object.keys(layers).indexOf(name) + 1)
      let compiled = 0
      for (let count = 0; count < networksPerOperator; count++) {
        const text = networkOf(layers[name]!, random).text()
        if (refusals(text).length > 0) continue
        compiled++
        const samples = Array.from({ length: samplesPerNetwork }, () => randomInputs(text, random))
        expect(await differences(text, samples)).toEqual([])
      }
      // The generator stays inside what is compiled, but for scales and types that the reference refuses, too.
      expect(compiled).toBeGreaterThan(networksPerOperator / 4)
    })
  })
}
