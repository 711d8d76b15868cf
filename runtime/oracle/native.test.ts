// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { CapletError } from '../../compiler/errors.js'
import { openNativeOracle } from './native.js'
import { residualConvolution } from './residual-convolution.fixture.js'
import { writeModel } from './write-model.js'

const ABSENT =
  'no native ONNX Runtime: neither onnxruntime-node nor a Python (CAPLET_PYTHON) with onnxruntime'
const { model, feeds, fused } = residualConvolution()
const present = await openNativeOracle(model)
await present?.release()

describe('openNativeOracle', () => {
  it('runs a convolution as the contract does', async ({ skip }) => {
    if (!present) return skip(ABSENT)
    const oracle = (await openNativeOracle(model))!
    expect(oracle.reference).toMatch(/^onnxruntime.* \d+\.\d+\.\d+ on \w+$/)
    expect(oracle.inputNames).toEqual(['x'])
    expect(oracle.outputNames).toEqual(['y', 'r'])
    const answers = await Promise.all([oracle.run(feeds), oracle.run(feeds)])
    for (const { y } of answers) expect(Array.from(y!.data, Number)).toEqual(fused)
    expect(answers[0].y!.dims).toEqual([1, 64, 1, 256])
    await oracle.release()
  })

  it('reads external data', async ({ skip }) => {
    if (!present) return skip(ABSENT)
    const withData = (external: string) =>
      writeModel({
        nodes: [{ operator: 'Mul', inputs: ['x', 's'], outputs: ['y'] }],
        inputs: [{ name: 'x', type: 'float32', shape: [2] }],
        outputs: [{ name: 'y', type: 'float32', shape: [2] }],
        initializers: [{ name: 's', type: 'float32', shape: [1], data: Float32Array.of(3), external }],
      })
    const data = new Uint8Array(Float32Array.of(3).buffer)
    const oracle = (await openNativeOracle(withData('w.bin'), { externalData: [{ path: 'w.bin', data }] }))!
    const { y } = await oracle.run({ x: { type: 'float32', dims: [2], data: Float32Array.of(5, 7) } })
    expect(y).toEqual({ type: 'float32', dims: [2], data: Float32Array.of(15, 21) })
    await oracle.release()
  })

  it('says what the runtime refuses, and goes on after a failed run', async ({ skip }) => {
    if (!present) return skip(ABSENT)
    await expect(openNativeOracle(Uint8Array.of(1, 2, 3))).rejects.toThrow(CapletError)
    const oracle = (await openNativeOracle(model))!
    await expect(oracle.run({ z: feeds.x })).rejects.toThrow(/could not run the model/)
    expect(Array.from((await oracle.run(feeds)).y!.data, Number)).toEqual(fused)
    await oracle.release()
  })
})
