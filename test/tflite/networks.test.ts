// SPDX-License-Identifier: Apache-2.0
// Random TensorFlow Lite networks, compiled to capsules and run, against TFLite Micro's interpreter. Many small networks
// stand side by side in one model, so that one build serves all of them.
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import { closeTfliteOracle } from '../../runtime/oracle/tflite.js'
import { differences, hasTfliteWheel, refusals, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { arithmeticLayers } from './layers.js'
import { movers } from './movers.js'
import { type Activation, Network, randomInputs } from './network.js'

const layers = [
  ...Object.values(arithmeticLayers),
  ...Object.values(arithmeticLayers),
  ...Object.values(movers),
]
const batches = 4
const networksPerBatch = 40
const samplesPerBatch = 3

/** A chain of up to six nodes; what a refused layer would have added is taken back. */
function grow(network: Network, random: Random): void {
  const shape = random.pick([
    [1, 6, 5, 4],
    [1, 4, 4, 2],
    [2, 3, 5, 1],
    [1, 12],
    [3, 7],
    [1, 8, 3],
  ])
  let x: Activation | null = network.input(random.pick(['int8', 'int8', 'int8', 'int16'] as const), shape)
  const wanted = random.integer(1, 6)
  for (let nodes = 0, tries = 0; x && nodes < wanted && tries < 40; tries++) {
    const marks = [network.tensors.length, network.nodes.length, network.inputs.length] as const
    const next: Activation | null = random.pick(layers)(network, x)
    if (next && refusals(part(network, marks, x)).length === 0) {
      x = next
      nodes++
    } else {
      network.tensors.length = marks[0]
      network.nodes.length = marks[1]
      network.inputs.length = marks[2]
    }
  }
  // A network has at least one node, so that every input is read.
  if (!network.nodes.some(({ inputs }) => inputs.includes(network.inputs.at(-1)!)))
    arithmeticLayers.RELU!(network, x!)
}

/** The nodes that were just added, as a model of their own. */
function part(network: Network, [, nodes, inputs]: readonly [number, number, number], x: Activation) {
  const own = network.nodes.slice(nodes)
  const outputs = own.flatMap((node) => node.outputs)
  return { tensors: network.tensors, nodes: own, inputs: [x.name, ...network.inputs.slice(inputs)], outputs }
}

if (hasTfliteWheel) {
  describe.skipIf(tfliteOracleIsAbsent)(`random networks equal TFLite Micro${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it.each(Array.from({ length: batches }, (_, batch) => batch))('batch %i', async (batch) => {
      const random = new Random(1000 + batch)
      const network = new Network(random)
      for (let count = 0; count < networksPerBatch; count++) grow(network, random)
      const text = network.text()
      expect(text.nodes.length).toBeGreaterThan(2 * networksPerBatch)
      const samples = Array.from({ length: samplesPerBatch }, () => randomInputs(text, random))
      expect(await differences(text, samples, { asCapsule: true })).toEqual([])
    })
  })
}
