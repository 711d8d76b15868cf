// SPDX-License-Identifier: Apache-2.0
// Networks that keep state, as steps of sequences: TensorFlow Lite models of wake words in node and wasmtime against TFLite
// Micro's interpreter, which is not reset in between; and a fault that shows only after some steps.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readTflite, withOutput } from '../../compiler/import/tflite.js'
import { Random } from '../../compiler/operators/random.js'
import { closeTfliteOracle } from '../../runtime/oracle/tflite.js'
import { writeTflite } from '../../runtime/oracle/write-tflite.js'
import { toolchain } from '../../runtime/verify/subject.js'
import { verifyModel } from '../../runtime/verify.js'
import { assetsFolder, withoutAssets } from '../corpus/python.js'
import { hasTfliteWheel, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { Network } from './network.js'
import { variables } from './variables.js'

const assets = assetsFolder()
const why = assets === null ? `: ${withoutAssets}` : whyAbsent
const wakeWord = (name: string): string => join(assets!, 'models', 'esphome_mww', 'models', `${name}.tflite`)
const folder = mkdtempSync(join(tmpdir(), 'caplet-streaming-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A sequence at the ends of the range, then one of random steps. */
const inBoth = { count: 100, runtimes: ['node', 'wasmtime'] }

/** The model with the input of its last product as its output: one probability of 8 bits hides too much. */
function beforeTheVerdict(path: string): string {
  const bytes = readFileSync(path)
  const { nodes, tensors } = readTflite(bytes)
  const last = nodes.findLast(({ operator }) => operator === 'FULLY_CONNECTED')!
  const features = join(folder, 'features.tflite')
  writeFileSync(features, withOutput(bytes, [...tensors.keys()].indexOf(last.inputs[0]!)))
  return features
}

/** x -> delay by two steps -> y: two variables. */
function writeDelays(): string {
  const network = new Network(new Random(4))
  const first = variables.READ_VARIABLE!(network, network.input('int8', [1, 6]))!
  variables.READ_VARIABLE!(network, first)
  const path = join(folder, 'delays.tflite')
  writeFileSync(path, writeTflite(network.text()))
  return path
}

if (hasTfliteWheel) {
  describe.skipIf(assets === null || tfliteOracleIsAbsent)(`wake words equal TFLite Micro${why}`, () => {
    afterAll(closeTfliteOracle)

    it.each(['v2/okay_nabu', 'v2/vad', 'hey_jarvis'])('%s', async (name) => {
      const { exact, sequences, runtimes } = await verifyModel(wakeWord(name), inBoth)
      expect({ exact, sequences, ran: runtimes.length }).toEqual({ exact: true, sequences: 2, ran: 2 })
    })

    it('up to what the verdict is made of', async () => {
      const { exact, runtimes } = await verifyModel(beforeTheVerdict(wakeWord('v2/okay_nabu')), inBoth)
      expect(exact).toBe(true)
      expect(runtimes[0]!.outputsCompared).toBe(200 * 384)
    })

    it('and a keyword network of seven SVDF layers does, up to its last product', async () => {
      const features = beforeTheVerdict(
        join(assets!, 'tflite_micro', 'models', 'keyword_scrambled_8bit.tflite'),
      )
      const { exact, runtimes } = await verifyModel(features, inBoth)
      expect(exact).toBe(true)
      expect(runtimes[0]!.outputsCompared).toBe(200 * 32)
    })

    it('and an LSTM does, whose states stay from window to window', async () => {
      const model = join(assets!, 'tflite_micro', 'examples', 'mnist_lstm', 'trained_lstm_int8.tflite')
      expect(await verifyModel(model, { ...inBoth, count: 20 })).toMatchObject({ exact: true, sequences: 2 })
    })
  })

  describe.skipIf(tfliteOracleIsAbsent)(`verify of a network with state${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it('finds what only a later step shows, and says which', async () => {
      const path = writeDelays()
      expect(await verifyModel(path, { ...inBoth, count: 20 })).toMatchObject({ exact: true, sequences: 2 })
      const lower: typeof toolchain.lower = (model, options) => {
        const { graph, program } = toolchain.lower(model, options)
        // Both keep the same value: the input gets into neither of them, which shows two steps later.
        const { after } = program.states![0]!
        return {
          graph,
          program: { ...program, states: program.states!.map((state) => ({ ...state, after })) },
        }
      }
      const { exact, runtimes } = await verifyModel(path, {
        ...{ count: 20, runtimes: ['node'], tools: { ...toolchain, lower } },
      })
      expect(exact).toBe(false)
      expect(runtimes[0]!.firstMismatch).toMatchObject({ input: 2, step: 2 })
    })
  })
}
