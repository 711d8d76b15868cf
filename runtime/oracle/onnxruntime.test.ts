// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-web/wasm'
import { describe, expect, it } from 'vitest'
import { CapletError } from '../../compiler/errors.js'
import {
  ORACLE_REFERENCE,
  ORACLE_SETTINGS,
  ORACLE_THREADS,
  ORACLE_VERSION,
  type OracleTensor,
  openOracle,
} from './onnxruntime.js'
import { residualConvolution } from './residual-convolution.fixture.js'
import { writeModel } from './write-model.js'

const float = (data: readonly number[], dims: readonly number[]) => ({
  type: 'float32',
  dims,
  data: Float32Array.from(data),
})

const numbers = (tensor: OracleTensor) => Array.from(tensor.data, Number)

const relu = writeModel({
  nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
})

describe('the contract', () => {
  it('pins one build and its settings', () => {
    const ours = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(ours.dependencies[ORACLE_REFERENCE]).toBe(ORACLE_VERSION)
    expect(ort.env.versions).toMatchObject({ web: ORACLE_VERSION, common: ORACLE_VERSION })
    expect({ ORACLE_SETTINGS, ORACLE_THREADS }).toEqual({
      ORACLE_SETTINGS: {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
        extra: { session: { qdqisint8allowed: '1' } },
      },
      ORACLE_THREADS: 1,
    })
  })

  it('runs on one thread', async () => {
    await (await openOracle(relu)).release()
    expect(ort.env.wasm.numThreads).toBe(1)
  })

  it('fuses an int8 residual convolution, which a default session computes in float', async () => {
    const { model, feeds, fused } = residualConvolution()
    const oracle = await openOracle(model)
    const result = numbers((await oracle.run(feeds)).y!)
    await oracle.release()
    expect(result).toEqual(fused)

    const plain = await ort.InferenceSession.create(model, {
      executionProviders: ['wasm'],
      logSeverityLevel: 4,
    })
    const x = feeds.x
    const unfused = (await plain.run({ x: new ort.Tensor('float32', x.data, x.dims) })).y!
      .data as Float32Array
    await plain.release()
    expect(Array.from(unfused)).not.toEqual(fused)
  })
})

describe('openOracle', () => {
  it('takes any length of a dynamic dimension', async () => {
    const oracle = await openOracle(relu)
    expect(oracle.inputNames).toEqual(['x'])
    expect(oracle.outputNames).toEqual(['y'])
    for (const rows of [1, 3]) {
      const { y } = await oracle.run({ x: float(new Array(rows * 2).fill(-1.5), [rows, 2]) })
      expect(y).toEqual(float(new Array(rows * 2).fill(0), [rows, 2]))
    }
    await oracle.release()
  })

  it('keeps sessions apart that run at the same time', async () => {
    const scales = Array.from({ length: 20 }, (_, index) => index + 1)
    const oracles = await Promise.all(scales.map((scale) => openOracle(multiplyBy(scale))))
    const results = await Promise.all(oracles.map((oracle) => oracle.run({ x: float([1, 2], [2]) })))
    expect(results.map(({ y }) => numbers(y!))).toEqual(scales.map((scale) => [scale, 2 * scale]))
    await Promise.all(oracles.map((oracle) => oracle.release()))
  })

  it('reads initializers from external data', async () => {
    const model = multiplyBy(3, 'weights.bin')
    const data = new Uint8Array(Float32Array.of(3).buffer)
    const oracle = await openOracle(model, { externalData: [{ path: 'weights.bin', data }] })
    expect((await oracle.run({ x: float([5, 7], [2]) })).y).toEqual(float([15, 21], [2]))
    await oracle.release()
  })

  it('keeps external files of the same name apart', async () => {
    const scales = [3, 4, 5, 6]
    const open = (scale: number) => {
      const data = new Uint8Array(Float32Array.of(scale).buffer)
      return openOracle(multiplyBy(scale, 'weights.bin'), { externalData: [{ path: 'weights.bin', data }] })
    }
    const oracles = await Promise.all(scales.map(open))
    const results = await Promise.all(oracles.map((oracle) => oracle.run({ x: float([1, 0], [2]) })))
    expect(results.map(({ y }) => y!.data[0])).toEqual(scales)
    await Promise.all(oracles.map((oracle) => oracle.release()))
  })

  it('passes 64-bit integers and bytes through', async () => {
    const model = writeModel({
      nodes: [{ operator: 'ArgMax', inputs: ['x'], outputs: ['y'], attributes: { axis: 0, keepdims: 0 } }],
      inputs: [{ name: 'x', type: 'uint8', shape: [3] }],
      outputs: [{ name: 'y', type: 'int64', shape: [] }],
    })
    const oracle = await openOracle(model)
    const { y } = await oracle.run({ x: { type: 'uint8', dims: [3], data: Uint8Array.of(9, 200, 7) } })
    expect(y).toEqual({ type: 'int64', dims: [], data: BigInt64Array.of(1n) })
    await oracle.release()
  })

  it('says in an error of its own what the reference refuses', async () => {
    await expect(openOracle(Uint8Array.of(1, 2, 3))).rejects.toThrow(CapletError)
    await expect(openOracle(multiplyBy(3, 'absent.bin'))).rejects.toThrow(/absent\.bin/)
    const oracle = await openOracle(relu)
    await expect(oracle.run({ z: float([1], [1]) })).rejects.toThrow(CapletError)
    await expect(oracle.run({ x: float([1, 2, 3], [1, 3]) })).rejects.toThrow(/could not run the model/)
    await oracle.release()
  })
})

const multiplyBy = (scale: number, external?: string) =>
  writeModel({
    nodes: [{ operator: 'Mul', inputs: ['x', 's'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', shape: [2] }],
    outputs: [{ name: 'y', type: 'float32', shape: [2] }],
    initializers: [
      { name: 's', type: 'float32', shape: [1], data: Float32Array.of(scale), ...(external && { external }) },
    ],
  })
