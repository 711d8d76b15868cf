// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { type Oracle, openOracle } from '../../runtime/oracle/onnxruntime.js'
import { decodeBeats } from './beat-file.js'
import { type BeatInputs, compareBeats, openCapsule, type RunningCapsule } from './exactness.js'
import { BEAT_LENGTH, FEATURE_COUNT } from './features.js'
import { exampleFile } from './locations.js'

const BEATS = 40

describe('compareBeats', () => {
  let capsule: RunningCapsule
  let oracle: Oracle
  let beats: BeatInputs
  beforeAll(async () => {
    capsule = await openCapsule((await compileFile(exampleFile('model.onnx'))).wasm)
    oracle = await openOracle(await readFile(exampleFile('model.onnx')))
    const { beat, rr } = decodeBeats(await readFile(exampleFile('synthetic.npz')), 'synthetic.npz')
    beats = {
      beat: beat.slice(0, BEATS * BEAT_LENGTH),
      rr: rr.slice(0, BEATS * FEATURE_COUNT),
    }
  })
  afterAll(() => oracle.release())

  it('finds the capsule equal to ONNX Runtime', async () => {
    const { comparedBytes, differingBytes, firstDifference } = await compareBeats(capsule, oracle, beats)
    expect({ comparedBytes, differingBytes, firstDifference }).toEqual({
      comparedBytes: BEATS * 4,
      differingBytes: 0,
      firstDifference: null,
    })
  })

  it('counts a single wrong bit, and says where it is', async () => {
    let calls = 0
    const faulty: RunningCapsule = {
      ...capsule,
      invoke: (inputs) => {
        const [bytes] = capsule.invoke(inputs)
        calls += 1
        if (calls === 8) bytes[2] ^= 1
        return [bytes]
      },
    }
    const { differingBytes, firstDifference } = await compareBeats(faulty, oracle, beats)
    expect(differingBytes).toBe(1)
    expect(firstDifference).toMatch(/^beat 7, logit V/)
  })

  it('refuses beats that the capsule has no input for', async () => {
    const other = { ...capsule, inputs: capsule.inputs.map((edge) => ({ ...edge, name: 'x' })) }
    await expect(compareBeats(other, oracle, beats)).rejects.toThrow(/input x/)
  })
})
