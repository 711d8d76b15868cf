// SPDX-License-Identifier: Apache-2.0
// State on an emulated board: what is kept from run to run, reset and self test are as in node, where the tests of
// TensorFlow Lite compare them with the reference.
import { afterAll, describe, expect, it } from 'vitest'
import { compileModel } from '../../compiler/compile.js'
import { Random } from '../../compiler/operators/random.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { deviceRuntimes } from '../../runtime/device.js'
import { nodeRuntime } from '../../runtime/node.js'
import { writeTflite } from '../../runtime/oracle/write-tflite.js'
import type { RunningCapsule } from '../../runtime/runtime.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import { Network } from '../tflite/network.js'
import { recurrent } from '../tflite/recurrent.js'
import { variables } from '../tflite/variables.js'
import { whyMissing } from './requirements.js'

const minutes = 60_000
/** Interpreted, compiled to C, and with host kernels. */
const names = ['cortex-m4:wasm3', 'cortex-m4:native', 'cortex-m4:accelerated']

afterAll(() => Promise.all(deviceRuntimes.map((runtime) => runtime.close())))

/** A delay, a ring with initial values of its own, and an LSTM. */
function streamingModel(): Uint8Array {
  const network = new Network(new Random(6))
  const { READ_VARIABLE, CALL_ONCE } = variables
  const x = READ_VARIABLE!(network, network.input('int8', [1, 3, 4]))!
  recurrent.UNIDIRECTIONAL_SEQUENCE_LSTM!(network, CALL_ONCE!(network, x)!)
  return writeTflite(network.text())
}

/** Runs with and without a reset between them; the self test leaves the state as a reset does. */
async function streamsOf(capsule: RunningCapsule) {
  const edges = capsule.inputs.map((edge) => ({ ...edge, grid: null }))
  const samples = generatedSamples(edges, 4, 3)
  const steps = Array.from({ length: samples.length }, (_, index) => samples.at(index))
  const streams = [await capsule.run(steps), await capsule.run(steps)]
  await capsule.reset()
  streams.push(await capsule.run(steps))
  const selftest = await capsule.selftest()
  streams.push(await capsule.run(steps))
  await capsule.close()
  return { streams, selftest }
}

describe.each(
  deviceRuntimes
    .filter(({ name }) => names.includes(name))
    .map((runtime) => [runtime.name, runtime] as const),
)('%s', async (_, runtime) => {
  const missing = await whyMissing(runtime)

  it('keeps and resets state as node does', { timeout: 10 * minutes }, async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const tier = runtime.acceleratedOnly ? 'accelerated' : 'portable'
    const capsule = await compileModel(modelFromBytes(streamingModel(), 'streaming.tflite'), { tier })
    const files = { wasm: (capsule.accelerated ?? capsule).wasm, wasi: null }
    const expected = await streamsOf(await nodeRuntime.open(files))
    const [first, second, third, fourth] = expected.streams
    expect(second).not.toEqual(first)
    expect([third, fourth]).toEqual([first, first])
    expect(expected.selftest).toBe(0)
    expect(await streamsOf(await runtime.open(files))).toEqual(expected)
  })
})
