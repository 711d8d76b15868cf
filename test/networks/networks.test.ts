// SPDX-License-Identifier: Apache-2.0
// The committed outputs are those of the contract's reference, and the networks are what the tests need of them.
import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ORACLE_REFERENCE, ORACLE_VERSION, openOracle } from '../../runtime/oracle/onnxruntime.js'
import { committedNetworks, externalData, modelPath, samples } from './committed.js'

const networks = committedNetworks()

describe.each(networks.map((network) => [network.name, network] as const))('%s', (_, network) => {
  it('has the reference outputs of its inputs', async () => {
    const oracle = await openOracle(readFileSync(modelPath(network)), { externalData: externalData(network) })
    for (const { inputs, outputs } of samples(network)) {
      expect(await oracle.run(inputs)).toEqual(outputs)
    }
    await oracle.release()
  })

  it('tells its samples apart', () => {
    const distinct = network.outputs.map((name) => {
      const seen = samples(network).map(({ outputs }) => String(outputs[name]!.data))
      return new Set(seen).size
    })
    expect(Math.max(...distinct)).toBeGreaterThan(network.samples / 2)
  })

  it('has inputs on the quantization grid', () => {
    for (const { name, scale, zero_point, type } of network.inputs) {
      const [low, high] = type === 'int8' ? [-128, 127] : [0, 255]
      for (const { inputs } of samples(network)) {
        for (const value of inputs[name]!.data as Float32Array) {
          const quantum = Math.round(value / scale) + zero_point
          expect(
            quantum >= low && quantum <= high && Math.fround((quantum - zero_point) * scale) === value,
          ).toBe(true)
        }
      }
    }
  })
})

describe('the set', () => {
  it('was made with the pinned reference', () => {
    const manifest = JSON.stringify(networks)
    expect(manifest).toContain(`${ORACLE_REFERENCE} ${ORACLE_VERSION}`)
  })

  it('holds both forms, both activation types, a dynamic batch, several edges and external data', () => {
    const names = networks.map(({ name }) => name).join(' ')
    expect(names).toMatch(/keyword\.qdq keyword\.qoperator/)
    expect(new Set(networks.flatMap(({ inputs }) => inputs.map(({ type }) => type)))).toEqual(
      new Set(['int8', 'uint8']),
    )
    expect(networks.some(({ dynamic }) => Object.keys(dynamic).length > 0)).toBe(true)
    expect(networks.some(({ inputs, outputs }) => inputs.length > 1 && outputs.length > 1)).toBe(true)
    expect(networks.filter(({ external }) => external)).toHaveLength(1)
  })

  it('has a network of 200 KB of weights', () => {
    const heavy = networks.find(({ name }) => name === 'weights_200k.qdq')!
    expect(statSync(modelPath(heavy)).size).toBeGreaterThan(200 * 1024)
  })
})
