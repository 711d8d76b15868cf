// SPDX-License-Identifier: Apache-2.0
// The sizes that are promised: how little a capsule adds to its weights, and how little memory beside the activations.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Capsule } from '../../compiler/codegen/capsule.js'
import { compileFile } from '../../compiler/compile.js'
import { inspectModel } from '../../compiler/inspect.js'
import { readModel } from '../../compiler/read-model.js'
import { committedNetworks, modelPath } from '../networks/committed.js'
import { root } from '../run-caplet.js'

const ecg = join(root, 'examples', 'ecg-beat', 'model.onnx')
const heavy = modelPath(committedNetworks().find(({ name }) => name === 'weights_200k.qdq')!)
const kilobyte = 1024

describe('the ECG example', () => {
  let capsule: Capsule
  beforeAll(async () => {
    capsule = await compileFile(ecg)
  })

  it('is its weights and at most 10 KB, manifest included', () => {
    const { wasm, sizes, inputs, outputs } = capsule
    const edgeTypes = [...inputs, ...outputs].map(({ type }) => type)
    expect(new Set(edgeTypes)).toEqual(new Set(['int8']))
    expect(sizes.bytes).toBe(wasm.length)
    expect(sizes.weights).toBeGreaterThan(4 * kilobyte)
    expect(wasm.length - sizes.weights).toBeLessThanOrEqual(10 * kilobyte)
  })

  it('has at most 0.3 M multiply-accumulates and 32 KB of weights', () => {
    const { macs, sizes } = capsule
    expect(macs).toBeGreaterThan(50_000)
    expect(macs).toBeLessThanOrEqual(300_000)
    expect(sizes.weights).toBeLessThanOrEqual(32 * kilobyte)
  })
})

describe('a network of 200 KB of weights', () => {
  /** The most bytes that tensors occupy while one node runs, from the published plan; kernels' scratch aside. */
  function peakOfActivations(): number {
    const { memory, nodes } = inspectModel(readModel(heavy))
    const activations = memory!.tensors.filter(({ name }) => !name.endsWith('.scratch'))
    expect(activations.length).toBeLessThan(memory!.tensors.length)
    const occupied = nodes.map((_, step) => {
      const bytes = new Set<number>()
      for (const { offset, bytes: length, first, last } of activations) {
        if (first > step || step > last) continue
        for (let byte = offset; byte < offset + length; byte++) bytes.add(byte)
      }
      return bytes.size
    })
    return Math.max(...occupied)
  }

  it('needs at most 4 KB of memory beside its live activations', async () => {
    const { sizes, memory } = await compileFile(heavy)
    expect(sizes.weights).toBeGreaterThanOrEqual(200 * kilobyte)
    const peak = peakOfActivations()
    expect(peak).toBeGreaterThan(0.9 * kilobyte)
    expect(memory.total - peak).toBeGreaterThanOrEqual(0)
    expect(memory.total - peak).toBeLessThanOrEqual(4 * kilobyte)
  })
})
