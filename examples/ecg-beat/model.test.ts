// SPDX-License-Identifier: Apache-2.0
// The committed models against provenance.json and the required scores, recomputed from the records.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Oracle, openOracle } from '../../runtime/oracle/onnxruntime.js'
import { addConfusions, type Confusion, confusionOf, scoreOf } from './confusion.js'
import { BEAT_LENGTH, FEATURE_COUNT } from './features.js'
import { exampleFile, recordsFolder } from './locations.js'
import { CLASSES } from './physionet.js'
import { prepareRecord } from './prepare.js'
import { REQUIRED_AGREEMENT, REQUIRED_SCORES, VALIDATION_RECORDS } from './validation.js'

interface Scores {
  confusion: Confusion
  records: Record<string, { confusion: Confusion }>
}

const provenance = JSON.parse(await readFile(exampleFile('provenance.json'), 'utf8')) as {
  records: { validate: string[] }
  models: Record<string, { sha256: string }>
  macs: number
  weight_bytes: number
  validation: { float: Scores; int8: Scores; agreement: number; disagreeing_beats: number }
}
const folder = recordsFolder()

async function predict(oracle: Oracle, beat: Float32Array, rr: Float32Array): Promise<number[]> {
  const predicted: number[] = []
  for (let row = 0; row * FEATURE_COUNT < rr.length; row++) {
    const { logits } = await oracle.run({
      beat: {
        type: 'float32',
        dims: [1, 1, BEAT_LENGTH],
        data: beat.slice(row * BEAT_LENGTH, (row + 1) * BEAT_LENGTH),
      },
      rr: {
        type: 'float32',
        dims: [1, FEATURE_COUNT],
        data: rr.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT),
      },
    })
    const values = Array.from(logits.data, Number)
    predicted.push(values.indexOf(Math.max(...values)))
  }
  return predicted
}

describe('provenance.json', () => {
  it('belongs to the committed models, which are as small as promised', async () => {
    for (const [name, { sha256 }] of Object.entries(provenance.models)) {
      const bytes = await readFile(exampleFile(name))
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    }
    expect(Object.keys(provenance.models).sort()).toEqual(['model.float.onnx', 'model.onnx'])
    expect(provenance.macs).toBeLessThanOrEqual(300_000)
    expect(provenance.weight_bytes).toBeLessThanOrEqual(32 * 1024)
    expect(provenance.records.validate).toEqual(VALIDATION_RECORDS)
  })
})

describe('the validation records', () => {
  beforeEach(({ skip }) => skip(folder === null, 'the MIT-BIH records are not here (CAPLET_ASSETS)'))

  const confusions: Record<'float' | 'int8', Confusion[]> = { float: [], int8: [] }
  let agreeing = 0
  let beats = 0

  beforeAll(async () => {
    if (folder === null) return
    const float = await openOracle(await readFile(exampleFile('model.float.onnx')))
    const int8 = await openOracle(await readFile(exampleFile('model.onnx')))
    for (const name of VALIDATION_RECORDS) {
      const { beat, rr, label } = await prepareRecord(folder, name)
      const asFloat = await predict(float, beat, rr)
      const asInt8 = await predict(int8, beat, rr)
      confusions.float.push(confusionOf(label, asFloat))
      confusions.int8.push(confusionOf(label, asInt8))
      agreeing += asInt8.filter((predicted, n) => predicted === asFloat[n]).length
      beats += asInt8.length
    }
    await Promise.all([float.release(), int8.release()])
  })

  it('reach the required scores with the int8 model', () => {
    const all = addConfusions(confusions.int8)
    for (const [name, required] of Object.entries(REQUIRED_SCORES)) {
      const score = scoreOf(all, CLASSES.indexOf(name as (typeof CLASSES)[number]))
      expect(score.sensitivity).toBeGreaterThanOrEqual(required.sensitivity)
      expect(score.positivePredictivity).toBeGreaterThanOrEqual(required.positivePredictivity)
    }
    expect(agreeing / beats).toBeGreaterThanOrEqual(REQUIRED_AGREEMENT)
  })

  it('give the confusion matrices that provenance.json states, record by record', () => {
    // int8: integers, so the same everywhere. Float: another build may sum in another order, so one beat of slack.
    VALIDATION_RECORDS.forEach((name, index) => {
      expect(confusions.int8[index]).toEqual(provenance.validation.int8.records[name].confusion)
      const stated = provenance.validation.float.records[name].confusion.flat()
      const moved = confusions.float[index].flat().map((count, cell) => Math.abs(count - stated[cell]))
      expect(Math.max(...moved)).toBeLessThanOrEqual(1)
    })
    expect(Math.abs(beats - agreeing - provenance.validation.disagreeing_beats)).toBeLessThanOrEqual(6)
  })
})
