// SPDX-License-Identifier: Apache-2.0
// caplet verify on a TensorFlow Lite model with float edges: exact; and with a fault planted in one node, which it names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import { closeTfliteOracle } from '../../runtime/oracle/tflite.js'
import { writeTflite } from '../../runtime/oracle/write-tflite.js'
import { toolchain } from '../../runtime/verify/subject.js'
import { verifyModel } from '../../runtime/verify.js'
import { hasTfliteWheel, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { Network } from './network.js'

const folder = mkdtempSync(join(tmpdir(), 'caplet-tflite-'))
const path = join(folder, 'model.tflite')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** float x -> QUANTIZE -> three layers -> DEQUANTIZE -> float y */
function writeLayers(): void {
  const network = new Network(new Random(3))
  network.tensors.push(
    { name: 'x', type: 'float32', shape: [1, 6] },
    { name: 'y', type: 'float32', shape: [1, 6] },
  )
  let tensor = network.activation('int8', [1, 6], { scale: 0.05, zeroPoint: 4 })
  network.nodes.push({ operator: 'QUANTIZE', inputs: ['x'], outputs: [tensor.name] })
  for (let layer = 0; layer < 3; layer++) {
    const output = network.activation('int8', [1, 6], { scale: 0.05, zeroPoint: -2 })
    const { data } = network.random.tensor('int8', [6, 6])
    const weight = network.constant('int8', [6, 6], data, { scales: [0.006], zeroPoints: [0] })
    network.node('FULLY_CONNECTED', [tensor, weight], [output])
    tensor = output
  }
  network.nodes.push({ operator: 'DEQUANTIZE', inputs: [tensor.name], outputs: ['y'] })
  const { tensors, nodes } = network
  writeFileSync(path, writeTflite({ tensors, nodes, inputs: ['x'], outputs: ['y'] }))
}

if (hasTfliteWheel) {
  describe.skipIf(tfliteOracleIsAbsent)(`verify${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it('is exact through edges that were float', async () => {
      writeLayers()
      const { exact, oracle, contract, runtimes } = await verifyModel(path, {
        count: 200,
        runtimes: ['node', 'reference'],
      })
      expect({ exact, oracle, name: contract.name }).toEqual({
        exact: true,
        oracle: 'present',
        name: 'tflite',
      })
      expect(runtimes.map(({ outputsCompared }) => outputsCompared)).toEqual([204 * 6, 204 * 6])
    })

    it('names the node whose lowering is at fault', async () => {
      writeLayers()
      const lower: typeof toolchain.lower = (model, options) => {
        const { graph, program } = toolchain.lower(model, options)
        const nodes = graph.nodes.map((node) =>
          node.name === 'FULLY_CONNECTED_2'
            ? { ...node, attributes: { ...node.attributes, inputZeroPoint: 7 } }
            : node,
        )
        return { graph: { ...graph, nodes }, program }
      }
      const { exact, runtimes } = await verifyModel(path, {
        ...{ count: 20, runtimes: ['reference'], tools: { ...toolchain, lower } },
      })
      expect(exact).toBe(false)
      expect(runtimes[0]!.firstMismatch!.node).toBe('FULLY_CONNECTED_2')
    })
  })
}
