// SPDX-License-Identifier: Apache-2.0
// The .npz in which features reach the training and the demo: beat [n,1,128], rr [n,17], label [n], sample [n].

import { CapletError } from '../../compiler/errors.js'
import { parseArrays, writeNpz } from '../../runtime/arrays.js'
import { BEAT_LENGTH, FEATURE_COUNT } from './features.js'

export interface BeatArrays {
  /** [n, 1, 128] */
  readonly beat: Float32Array
  /** [n, 17] */
  readonly rr: Float32Array
  /** [n]: 0..4 = N S V F Q */
  readonly label: Uint8Array
  /** [n]: sample number of the R peak */
  readonly sample: Int32Array
}

/** Equal arrays give equal bytes. */
export function encodeBeats({ beat, rr, label, sample }: BeatArrays): Uint8Array {
  const count = label.length
  return writeNpz(
    new Map([
      ['beat', { type: 'float32', shape: [count, 1, BEAT_LENGTH], data: beat }],
      ['rr', { type: 'float32', shape: [count, FEATURE_COUNT], data: rr }],
      ['label', { type: 'uint8', shape: [count], data: label }],
      ['sample', { type: 'int32', shape: [count], data: sample }],
    ]),
  )
}

/** Rejects a file without these four arrays, or with arrays of another type or length. */
export function decodeBeats(bytes: Uint8Array, file: string): BeatArrays {
  const arrays = parseArrays(bytes, file)
  const beat = arrays.get('beat')?.data
  const rr = arrays.get('rr')?.data
  const label = arrays.get('label')?.data
  const sample = arrays.get('sample')?.data
  if (
    beat instanceof Float32Array &&
    rr instanceof Float32Array &&
    label instanceof Uint8Array &&
    sample instanceof Int32Array &&
    beat.length === label.length * BEAT_LENGTH &&
    rr.length === label.length * FEATURE_COUNT &&
    sample.length === label.length
  ) {
    return { beat, rr, label, sample }
  }
  throw new CapletError({
    code: 'bad-array',
    message: `${file}: not the features of beats (beat, rr, label and sample)`,
    remedy: 'Write it with prepare.js or synthesize.js of this example.',
    file,
  })
}
