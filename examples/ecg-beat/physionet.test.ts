// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordsFolder } from './locations.js'
import { listRecords, readRecord } from './physionet.js'

// A hand-made record of two leads and three samples: 100, -1 | 5, 2047 | -2048, 0.
const LEADS: [number[], number[]] = [
  [100, 5, -2048],
  [-1, 2047, 0],
]
const HEADER = [
  'tiny 2 360 3',
  'tiny.dat 212 200 11 0 100 -1943 0 V5',
  'tiny.dat 212 200 11 1 -1 2046 0 MLII',
  '# a comment',
]
// word = code << 10 | step
const ANNOTATIONS = [
  [28, 1], // rhythm note: no beat
  [63, 3], // its text, three bytes and padding
  [0x4128 >> 10, 0x4128 & 1023],
  [0x4e >> 10, 0x4e & 1023],
  [1, 1], // N at 2
  [60, 7], // a number: no time passes
  [59, 0], // a long step of 65538
  [0, 1],
  [0, 2],
  [5, 10], // V at 65550
  [14, 5], // noise: no beat
  [12, 1000], // paced at 66555
  [0, 0],
]

function pack(): Uint8Array {
  const bytes = LEADS[0].flatMap((first, index) => {
    const second = LEADS[1][index]
    return [first & 255, ((first >> 8) & 15) | (((second >> 8) & 15) << 4), second & 255]
  })
  return Uint8Array.from(bytes)
}

function annotations(words: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(words, ([code, step]) => (code << 10) | step).buffer)
}

describe('readRecord', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'physionet-'))
    await writeFile(join(folder, 'tiny.hea'), `${HEADER.join('\r\n')}\r\n`)
    await writeFile(join(folder, 'tiny.dat'), pack())
    await writeFile(join(folder, 'tiny.atr'), annotations(ANNOTATIONS))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('takes lead MLII wherever it stands, in millivolts', async () => {
    const record = await readRecord(folder, 'tiny')
    expect(record.leadName).toBe('MLII')
    expect(record.samplingRate).toBe(360)
    expect(Array.from(record.signal)).toEqual([-2 / 200, 2046 / 200, -1 / 200])
  })

  it('keeps beats only, with long steps and texts between them', async () => {
    const { beats } = await readRecord(folder, 'tiny')
    expect(beats).toEqual([
      { sample: 2, label: 0 },
      { sample: 65550, label: 2 },
      { sample: 66555, label: 4 },
    ])
  })

  it('refuses a truncated or damaged record', async () => {
    await writeFile(join(folder, 'tiny.dat'), pack().subarray(0, 8))
    await expect(readRecord(folder, 'tiny')).rejects.toThrow(/truncated/)
    const damaged = pack()
    damaged[3] ^= 1
    await writeFile(join(folder, 'tiny.dat'), damaged)
    await expect(readRecord(folder, 'tiny')).rejects.toThrow(/checksum/)
    await writeFile(join(folder, 'tiny.dat'), pack())
    await writeFile(join(folder, 'tiny.atr'), annotations(ANNOTATIONS.slice(0, -1)))
    await expect(readRecord(folder, 'tiny')).rejects.toThrow(/truncated/)
  })

  it('refuses a beat code without a class, and another sample format', async () => {
    await writeFile(join(folder, 'tiny.atr'), annotations([[35, 4], ...ANNOTATIONS]))
    await expect(readRecord(folder, 'tiny')).rejects.toThrow(/code 35/)
    await writeFile(join(folder, 'tiny.hea'), HEADER.join('\n').replaceAll(' 212 ', ' 16 '))
    await expect(readRecord(folder, 'tiny')).rejects.toThrow(/format 16/)
  })
})

const records = recordsFolder()

// Beats N S V F Q of the assets' index.
const INDEX = {
  100: [2239, 33, 1, 0, 0],
  104: [163, 0, 2, 0, 2064],
  114: [1820, 12, 43, 4, 0],
  207: [1543, 107, 210, 0, 0],
  208: [1586, 2, 992, 373, 2],
  222: [2274, 209, 0, 0, 0],
  233: [2230, 7, 831, 11, 0],
}

describe('the MIT-BIH records', () => {
  beforeEach(({ skip }) => skip(records === null, 'the MIT-BIH records are not here (CAPLET_ASSETS)'))

  it('are 33', async () => {
    expect(await listRecords(records!)).toHaveLength(33)
  })

  it.each(Object.entries(INDEX))('%s has the beats of the index', async (name, expected) => {
    const { beats } = await readRecord(records!, name)
    expect(expected.map((_, label) => beats.filter((beat) => beat.label === label).length)).toEqual(expected)
  })

  it('114 has its leads swapped', async () => {
    const { leadName, signal } = await readRecord(records!, '114')
    expect(leadName).toBe('MLII')
    expect(signal[0]).toBeCloseTo((1027 - 1024) / 200)
  })
})
