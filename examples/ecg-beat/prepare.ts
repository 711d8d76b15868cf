// SPDX-License-Identifier: Apache-2.0
// Turns a folder of PhysioNet records into one .npz of model inputs per record:
//   node dist/examples/ecg-beat/prepare.js --data mitdb/ -o features/

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BeatArrays, encodeBeats } from './beat-file.js'
import { runOrExplain } from './explain.js'
import { extractFeatures, SAMPLING_RATE } from './features.js'
import { type Beat, listRecords, readRecord, unsupported } from './physionet.js'

/** Features and labels of a recording in millivolts at 360 Hz. */
export function beatArrays(signal: Float64Array, beats: readonly Beat[]): BeatArrays {
  const sample = Int32Array.from(beats, (beat) => beat.sample)
  const label = Uint8Array.from(beats, (beat) => beat.label)
  return { ...extractFeatures(signal, sample), label, sample }
}

/** Features of one PhysioNet record. Rejects sampling rates other than 360 Hz. */
export async function prepareRecord(directory: string, name: string): Promise<BeatArrays> {
  const record = await readRecord(directory, name)
  if (record.samplingRate !== SAMPLING_RATE) {
    throw unsupported(
      `${name}.hea`,
      `${record.samplingRate} samples per second; the filter is made for ${SAMPLING_RATE}`,
    )
  }
  return beatArrays(record.signal, record.beats)
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
    await writeFile(join(values.output, `${name}.npz`), encodeBeats(arrays))
    console.log(`${name}: ${arrays.label.length} beats`)
  }
}

if (process.argv[1]?.endsWith('prepare.js')) await runOrExplain(main)
