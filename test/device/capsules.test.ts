// SPDX-License-Identifier: Apache-2.0
// Capsules on the emulated boards, byte by byte: against the committed outputs of the contract's reference, and against
// the reference itself on both examples.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSections, sectionBytes, sectionIds } from '../../compiler/codegen/module-sections.js'
import { compileFile } from '../../compiler/compile.js'
import { deviceGroups, deviceRuntimes } from '../../runtime/device.js'
import { quantizeAll } from '../../runtime/edge-values.js'
import { nodeRuntime } from '../../runtime/node.js'
import type { EdgeInfo, RunningCapsule, Runtime } from '../../runtime/runtime.js'
import { compareOutput } from '../../runtime/verify/feeds.js'
import { verifyModel } from '../../runtime/verify.js'
import { committedNetworks, modelPath, type Sample, samples } from '../networks/committed.js'
import { root } from '../run-caplet.js'
import { whyMissing } from './requirements.js'

const minutes = 60_000
const example = (name: string) => join(root, 'examples', name, 'model.onnx')
const networkNamed = (name: string) => committedNetworks().find((network) => network.name === name)!
const networks = [
  'keyword.qdq',
  'residual.qdq.int8',
  'gated.qoperator.uint8',
  'mobile.qdq.floatweights',
  'two_inputs.qoperator.uint8',
]

afterAll(() => Promise.all(deviceRuntimes.map((runtime) => runtime.close())))

const opened = (runtime: Runtime, wasm: Uint8Array): Promise<RunningCapsule> =>
  runtime.open({ wasm, wasi: null })

/** The committed inputs lie on the input's grid. */
const inputBytes = (edges: readonly EdgeInfo[], { inputs }: Sample) =>
  edges.map(({ name, scale, zero_point, type }) => {
    const quantization = { scale: scale!, zeroPoint: zero_point! }
    const quanta = quantizeAll(inputs[name]!.data as Float32Array, type as 'int8' | 'uint8', quantization)
    return new Uint8Array(quanta.buffer, quanta.byteOffset, quanta.byteLength)
  })

function expectEqual(edges: readonly EdgeInfo[], results: readonly Uint8Array[], { outputs }: Sample) {
  for (const [index, edge] of edges.entries()) {
    const form = { ...edge, modelShape: edge.shape }
    expect(compareOutput(form, results[index]!, outputs[edge.name]!, 'model')).toBeNull()
  }
}

/** One bit of the weights, in the middle of the passive segment. */
function withAnotherWeight(wasm: Uint8Array): Uint8Array {
  const changed = wasm.slice()
  const data = sectionBytes(readSections(changed), sectionIds.data)
  data[data.length >> 1]! ^= 0x40
  return changed
}

describe.each(
  deviceRuntimes
    .filter(({ name }) => name.startsWith('cortex-m4:'))
    .map((runtime) => [runtime.name, runtime] as const),
)('%s', async (_, runtime) => {
  const missing = await whyMissing(runtime)

  it.for(networks)(
    'gives the committed outputs of %s, and passes its self test',
    { timeout: 20 * minutes },
    async (name, { skip }) => {
      skip(missing !== null, missing ?? '')
      const network = networkNamed(name)
      const shapes = new Map(Object.entries(network.dynamic))
      const tier = runtime.acceleratedOnly ? 'accelerated' : 'portable'
      const capsule = await compileFile(modelPath(network), { shapes, tier })
      const running = await opened(runtime, (capsule.accelerated ?? capsule).wasm)
      const given = samples(network)
      const results = await running.run(given.map((sample) => inputBytes(running.inputs, sample)))
      for (const [index, sample] of given.entries()) expectEqual(running.outputs, results[index]!, sample)
      expect(await running.selftest()).toBe(0)
      await running.close()
    },
  )

  it('shows linear memory as node has it', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const { wasm, inputs } = await compileFile(example('digits'))
    const [onBoard, inNode] = [await opened(runtime, wasm), await opened(nodeRuntime, wasm)]
    const zeros = [inputs.map(({ bytes }) => new Uint8Array(bytes))]
    expect(await onBoard.run(zeros)).toEqual(await inNode.run(zeros))
    expect(await onBoard.read(16, 1200)).toEqual(await inNode.read(16, 1200))
    await onBoard.close()
  })

  it('fails its self test where a weight has changed', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const { wasm } = await compileFile(modelPath(networkNamed('two_inputs.qoperator.uint8')))
    const running = await opened(runtime, withAnotherWeight(wasm))
    expect(await running.selftest()).toBe(1)
    await running.close()
  })
})

/** Inputs besides the corners. */
const counts: Readonly<Record<string, number>> = { 'cortex-m4': 16 }

describe.each([...deviceGroups])('%s, all tiers at once', async (board, names) => {
  const runtimes = deviceRuntimes.filter(({ name }) => names.includes(name))
  const missing = (await Promise.all(runtimes.map(whyMissing))).find((reason) => reason !== null)
  const count = counts[board] ?? 4
  const models = board === 'cortex-m4' ? ['ecg-beat', 'digits'] : ['ecg-beat']

  it.for(models)(
    'equals the reference on %s, with integer and float requantizers',
    { timeout: 20 * minutes },
    async (model, { skip }) => {
      skip(missing !== undefined, missing ?? '')
      for (const target of [undefined, 'cortex-m4f']) {
        const options = { count, runtimes: [board], ...(target && { target }) }
        const verified = await verifyModel(example(model), options)
        expect(verified).toMatchObject({ exact: true, inputs: count + 4, skipped: [] })
        expect(verified.runtimes.map(({ name, mismatches }) => [name, mismatches])).toEqual(
          names.map((name) => [name, 0]),
        )
        // The accelerated tier ran a file of its own, all others the one to verify.
        for (const { name, sha256 } of verified.runtimes) {
          expect(sha256 === verified.sha256, name).toBe(!name.endsWith(':accelerated'))
        }
      }
    },
  )
})

describe('host kernels in the other interpreters', async () => {
  const names = ['cortex-m4:wamr-classic', 'cortex-m4:wasm3']
  const runtimes = deviceRuntimes.filter(({ name }) => names.includes(name))
  const missing = (await Promise.all(runtimes.map(whyMissing))).find((reason) => reason !== null)

  it('are exact on ecg-beat', { timeout: 20 * minutes }, async ({ skip }) => {
    skip(missing !== undefined, missing ?? '')
    const options = { count: 4, runtimes: names, tier: 'accelerated', target: 'cortex-m4f' } as const
    const { exact, runtimes: ran } = await verifyModel(example('ecg-beat'), options)
    expect({ exact, ran: ran.map(({ name }) => name) }).toEqual({ exact: true, ran: names })
  })

  it('do not run in place of a portable file that was given', async ({ skip }) => {
    skip(missing !== undefined, missing ?? '')
    const folder = mkdtempSync(join(tmpdir(), 'caplet-given-'))
    const capsule = join(folder, 'model.wasm')
    writeFileSync(capsule, (await compileFile(example('ecg-beat'))).wasm)
    const options = { count: 0, capsule, runtimes: ['cortex-m4:accelerated'] }
    await expect(verifyModel(example('ecg-beat'), options)).rejects.toThrow(/this one is portable/)
    rmSync(folder, { recursive: true })
  })
})
