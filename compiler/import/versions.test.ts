// SPDX-License-Identifier: Apache-2.0
// Every version that the reader accepts is one that the pinned reference loads, and the next ones are refused by both.
import { describe, expect, it } from 'vitest'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { writeModel } from '../../runtime/oracle/write-model.js'
import { CapletError } from '../errors.js'
import { newestIrVersion, newestOpset, oldestOpset, readOnnx } from './onnx.js'

const model = (opset: number, irVersion: number): Uint8Array =>
  writeModel({
    nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', shape: [2] }],
    outputs: [{ name: 'y', type: 'float32', shape: [2] }],
    ...{ opset, irVersion },
  })

const isLoaded = (bytes: Uint8Array): Promise<boolean> =>
  openOracle(bytes).then(
    (oracle) => oracle.release().then(() => true),
    () => false,
  )

/** '' where the model is read. */
function refusal(bytes: Uint8Array): string {
  try {
    readOnnx(bytes, () => new Uint8Array(0))
  } catch (error) {
    if (error instanceof CapletError) return `${error.problems[0]!.code}: ${error.problems[0]!.message}`
    throw error
  }
  return ''
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

it('the newest versions are what they are', () => {
  expect({ oldestOpset, newestOpset, newestIrVersion }).toEqual({
    ...{ oldestOpset: 7, newestOpset: 26, newestIrVersion: 13 },
  })
})

it.each(range(oldestOpset, newestOpset))('opset %i is read by both', async (opset) => {
  const bytes = model(opset, 10)
  expect([refusal(bytes), await isLoaded(bytes)]).toEqual(['', true])
})

it.each(range(3, newestIrVersion))('IR version %i is read by both', async (irVersion) => {
  const bytes = model(oldestOpset, irVersion)
  expect([refusal(bytes), await isLoaded(bytes)]).toEqual(['', true])
})

describe('what is newer is refused by both, by name', () => {
  it('opset', async () => {
    const bytes = model(newestOpset + 1, 10)
    expect(refusal(bytes)).toBe('unsupported-version: The model uses operator set 27; 7 to 26 are supported')
    expect(await isLoaded(bytes)).toBe(false)
  })

  it('IR version', async () => {
    const bytes = model(oldestOpset, newestIrVersion + 1)
    expect(refusal(bytes)).toMatch(/^unsupported-version: The model has IR version 14; .* up to 13/)
    expect(await isLoaded(bytes)).toBe(false)
  })
})

it('an older opset, which the reference loads, is refused by name', async () => {
  const bytes = model(oldestOpset - 1, 8)
  expect(refusal(bytes)).toBe('unsupported-version: The model uses operator set 6; 7 to 26 are supported')
  expect(await isLoaded(bytes)).toBe(true)
})
