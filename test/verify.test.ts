// SPDX-License-Identifier: Apache-2.0
// Every committed network and both examples, bit for bit against the contract's reference, in every runtime present.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileFile } from '../compiler/compile.js'
import { CapletError } from '../compiler/errors.js'
import { readModel } from '../compiler/read-model.js'
import { type NumpyArray, writeNpy, writeNpz } from '../runtime/arrays.js'
import { presentRuntimes } from '../runtime/list.js'
import { openNativeOracle } from '../runtime/oracle/native.js'
import { generatedSamples, type SampleEdge } from '../runtime/verify/samples.js'
import { type VerifyOptions, verifyModel } from '../runtime/verify.js'
import { committedNetworks, modelPath } from './networks/committed.js'
import { root } from './run-caplet.js'

const example = (name: string) => join(root, 'examples', name, 'model.onnx')
const networks = [
  ...['ecg-beat', 'digits'].map((name) => ({ name, path: example(name), shapes: new Map() })),
  ...committedNetworks().map((network) => ({
    name: network.name,
    path: modelPath(network),
    shapes: new Map(Object.entries(network.dynamic)),
  })),
]
const large = ['ecg-beat', 'digits', 'keyword.qdq', 'keyword.qoperator']
const pathOf = (name: string) => networks.find((network) => network.name === name)!.path
const folder = mkdtempSync(join(tmpdir(), 'caplet-verify-'))
const inFolder = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const present = (await presentRuntimes(undefined)).present.map(({ runtime }) => runtime.name)

async function expectExact(path: string, options: VerifyOptions) {
  const verification = await verifyModel(path, options)
  for (const runtime of verification.runtimes) {
    expect(runtime).toMatchObject({ mismatches: 0, firstMismatch: null })
    expect(runtime.outputsCompared).toBeGreaterThan(verification.inputs)
  }
  expect(verification.exact).toBe(true)
  return verification
}

describe.each(networks.map((network) => [network.name, network] as const))('%s', (name, { path, shapes }) => {
  const isLarge = large.includes(name)
  const count = isLarge ? 1000 : 100

  it(`equals ONNX Runtime on ${count} inputs and the corners`, { timeout: 240_000 }, async () => {
    const runtimes = isLarge ? present : [...present, 'reference']
    const verification = await expectExact(path, { shapes, count, runtimes })
    expect(verification.inputs).toBe(count + 4)
    expect(verification.runtimes.map((runtime) => runtime.name)).toEqual(runtimes)
  })

  if (isLarge) {
    it('equals it in our own integer meaning, too', async () => {
      await expectExact(path, { shapes, count: 8, runtimes: ['reference'] })
    })
  }
})

describe('edges', () => {
  it.each(['ecg-beat', 'keyword.qoperator', 'branches.qdq.uint8', 'two_inputs.qoperator.uint8'])(
    'of %s may be float, channels last, or both',
    async (name) => {
      const few: VerifyOptions = { count: 40, runtimes: ['node'] }
      for (const [io, edgeLayout] of [
        ['float', 'model'],
        ['quantized', 'nhwc'],
        ['float', 'nhwc'],
      ] as const) {
        await expectExact(pathOf(name), { ...few, io, edgeLayout })
      }
    },
  )
})

describe('--capsule', () => {
  it('takes its options from the manifest', async () => {
    for (const [io, edgeLayout] of [
      ['quantized', 'model'],
      ['float', 'nhwc'],
    ] as const) {
      const path = pathOf('channels_last.qdq.int8')
      const shapes = networks.find((network) => network.path === path)!.shapes
      const { wasm, sha256 } = await compileFile(path, { shapes, io, edgeLayout })
      writeFileSync(inFolder('model.wasm'), wasm)
      const verification = await expectExact(path, {
        ...{ capsule: inFolder('model.wasm'), count: 20, runtimes: ['node'] },
      })
      expect(verification.sha256).toBe(sha256)
    }
  })

  it('must be of the very model, and a capsule', async () => {
    const { wasm } = await compileFile(pathOf('two_inputs.qdq.int8'))
    writeFileSync(inFolder('model.wasm'), wasm)
    const verify = (capsule: string) => verifyModel(pathOf('perceptron.qdq.int8'), { capsule, count: 1 })
    await expect(verify(inFolder('model.wasm'))).rejects.toThrow(/another model/)
    await expect(verify(pathOf('digits'))).rejects.toThrow(/not a WebAssembly module/)
    await expect(verify(inFolder('absent.wasm'))).rejects.toThrow(CapletError)
  })
})

describe('--inputs', () => {
  const array = (shape: number[], value: (index: number) => number): NumpyArray => ({
    ...{ type: 'float32', shape },
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => value(index)),
  })
  const quick: VerifyOptions = { count: 0, runtimes: ['node'] }

  it('adds the samples of the file', async () => {
    writeFileSync(inFolder('x.npy'), writeNpy(array([7, 1, 8, 8], (index) => index % 17)))
    const { inputs } = await expectExact(pathOf('digits'), { ...quick, inputs: inFolder('x.npy') })
    expect(inputs).toBe(4 + 7)
  })

  it('takes several inputs by name', async () => {
    const { inputs: edges } = await compileFile(pathOf('two_inputs.qdq.int8'))
    const arrays = new Map(
      edges.map(({ name, shape }) => [name, array([3, ...shape.slice(1)], (index) => Math.sin(index))]),
    )
    writeFileSync(inFolder('x.npz'), writeNpz(arrays))
    const { inputs } = await expectExact(pathOf('two_inputs.qdq.int8'), {
      ...quick,
      inputs: inFolder('x.npz'),
    })
    expect(inputs).toBe(4 + 3)
    const [first] = [...arrays]
    writeFileSync(inFolder('part.npz'), writeNpz(new Map([first!])))
    await expect(
      verifyModel(pathOf('two_inputs.qdq.int8'), { ...quick, inputs: inFolder('part.npz') }),
    ).rejects.toThrow(`has no array "${edges[1]!.name}"`)
  })

  it('refuses other shapes', async () => {
    writeFileSync(inFolder('x.npy'), writeNpy(array([7, 8, 8], (index) => index)))
    await expect(verifyModel(pathOf('digits'), { ...quick, inputs: inFolder('x.npy') })).rejects.toThrow(
      /\[1, 1, 8, 8\]/,
    )
  })
})

describe('the inputs', () => {
  const edge: SampleEdge = { name: 'x', type: 'int8', shape: [64], scale: 0.1, zero_point: 3, grid: null }
  const quanta = (bytes: Uint8Array) => [...new Int8Array(bytes.buffer)]

  it('begin with the corners', () => {
    const samples = generatedSamples([edge], 3, 0)
    expect(samples.length).toBe(7)
    const corners = [0, 1, 2, 3].map((index) => [...new Set(quanta(samples.at(index)[0]!))])
    expect(corners).toEqual([[-128], [127], [3], [-128, 127]])
  })

  it('depend on the seed and the index alone', () => {
    const at = (seed: number, index: number) => quanta(generatedSamples([edge], 50, seed).at(index)[0]!)
    expect(at(1, 20)).toEqual(at(1, 20))
    const all = [0, 1].flatMap((seed) => Array.from({ length: 46 }, (_, i) => String(at(seed, 4 + i))))
    expect(new Set(all).size).toBe(all.length)
  })

  it('reach every quantum', () => {
    const samples = generatedSamples([edge], 100, 2)
    const seen = new Set(Array.from({ length: 104 }, (_, index) => quanta(samples.at(index)[0]!)).flat())
    expect(seen.size).toBe(256)
  })

  it('of a float edge meet the ties of its quantizer', () => {
    const grid = { type: 'int8', scale: Math.fround(0.1), zeroPoint: 3 } as const
    const samples = generatedSamples([{ ...edge, type: 'float32', grid }], 60, 0)
    const values = Array.from({ length: 60 }, (_, index) => [
      ...new Float32Array(samples.at(4 + index)[0]!.buffer),
    ])
    const ties = values.flat().filter((value) => Math.abs(Math.fround(value / grid.scale) % 1) === 0.5)
    expect(ties.length).toBeGreaterThan(100)
  })
})

it('reports progress', async () => {
  const seen: [string, number, number][] = []
  const onProgress = (...step: [string, number, number]) => seen.push(step)
  await verifyModel(pathOf('perceptron.qdq.int8'), { count: 100, runtimes: ['node'], onProgress })
  expect(seen.at(0)![0]).toBe('compiling')
  expect(seen.at(-1)).toEqual(['comparing', 104, 104])
})

it('reports the distance of a native ONNX Runtime as information', async ({ skip }) => {
  const native = await openNativeOracle(readModel(pathOf('digits')).bytes)
  skip(native === null, 'no native ONNX Runtime is installed')
  await native!.release()
  const verification = await verifyModel(pathOf('residual.qdq.int8'), {
    ...{ count: 30, runtimes: ['node'], reference: 'native' },
  })
  expect(verification.exact).toBe(true)
  const { outputsCompared, differing, largest, reference } = verification.native!
  expect(reference).toMatch(/onnxruntime/)
  expect(outputsCompared).toBe(34 * 5)
  expect(differing).toBeLessThanOrEqual(outputsCompared)
  expect(largest > 0).toBe(differing > 0)
})
