// SPDX-License-Identifier: Apache-2.0
// Turns a folder of PhysioNet records into one .npz of model inputs per record:
//   node dist/examples/ecg-beat/prepare.js --data mitdb/ -o features/

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runOrExplain } from './explain.js'
import { BEAT_LENGTH, extractFeatures, FEATURE_COUNT, SAMPLING_RATE } from './features.js'
import { type NamedArray, writeNpz } from './npz.js'
import { type Beat, listRecords, readRecord, unsupported } from './physionet.js'

/** The arrays of a features file, one row per beat: beat [n,1,128], rr [n,17], label [n] (N S V F Q), sample [n]. */
export function featureArrays(signal: Float64Array, beats: Beat[]): Record<string, NamedArray> {
  const samples = beats.map((beat) => beat.sample)
  const { beat, rr } = extractFeatures(signal, samples)
  return {
    beat: { shape: [beats.length, 1, BEAT_LENGTH], data: beat },
    rr: { shape: [beats.length, FEATURE_COUNT], data: rr },
    label: { shape: [beats.length], data: Uint8Array.from(beats, (each) => each.label) },
    sample: { shape: [beats.length], data: Int32Array.from(samples) },
  }
}

/** Features of one PhysioNet record. Rejects sampling rates other than 360 Hz. */
export async function prepareRecord(directory: string, name: string): Promise<Record<string, NamedArray>> {
  const record = await readRecord(directory, name)
  if (record.samplingRate !== SAMPLING_RATE) {
    throw unsupported(
      `${name}.hea`,
      `${record.samplingRate} samples per second; the filter is made for ${SAMPLING_RATE}`,
    )
  }
  return featureArrays(record.signal, record.beats)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, output: { type: 'string', short: 'o' } },
  })
  if (values.data === undefined || values.output === undefined) {
    console.error('usage: prepare.js --data DIR -o DIR')
    process.exitCode = 2
    return
  }
  await mkdir(values.output, { recursive: true })
  for (const name of await listRecords(values.data)) {
    const arrays = await prepareRecord(values.data, name)
    await writeFile(join(values.output, `${name}.npz`), writeNpz(arrays))
    console.log(`${name}: ${arrays.label.data.length} beats`)
  }
}

if (process.argv[1]?.endsWith('prepare.js')) await runOrExplain(main)
