// SPDX-License-Identifier: Apache-2.0
// Reads a PhysioNet record: header (.hea), samples in format 212 (.dat), beat labels (.atr),
// and maps the beat labels to the AAMI EC57 classes. Formats: PhysioNet, "WFDB File Formats" (header, signal, annot).

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CapletError } from '../../compiler/errors.js'

export const CLASSES = ['N', 'S', 'V', 'F'] as const
/** Index of the AAMI class Q (paced, unclassifiable): counted, used for rhythm, never trained on or scored. */
export const UNKNOWN_CLASS = 4

export interface Beat {
  /** Sample number of the R peak. */
  sample: number
  /** 0..3 = N, S, V, F; 4 = Q. */
  label: number
}

export interface EcgRecord {
  name: string
  samplingRate: number
  /** Millivolts of the lead that the example uses. */
  signal: Float64Array
  leadName: string
  beats: Beat[]
}

interface Lead {
  gain: number
  zero: number
  checksum: number
  name: string
}

interface Header {
  name: string
  samplingRate: number
  sampleCount: number
  leads: Lead[]
}

/** Annotation codes of the MIT format that mark a beat, by AAMI class (N, S, V, F, Q). */
const BEAT_CODES: readonly (readonly number[])[] = [
  [1, 2, 3, 11, 34], // N: normal, left and right bundle branch block, nodal and atrial escape
  [4, 7, 8, 9], // S: aberrated atrial, nodal, atrial and supraventricular premature
  [5, 10], // V: premature ventricular contraction, ventricular escape
  [6], // F: fusion of ventricular and normal
  [12, 13, 38], // Q: paced, unclassifiable, fusion of paced and normal
]
/** Beat codes that occur in other databases only; refused rather than dropped, since a lost beat falsifies the rhythm. */
const UNMAPPED_BEAT_CODES = [25, 35, 41]

/** Names of the records in a folder: every .hea with a .dat and an .atr, sorted. */
export async function listRecords(directory: string): Promise<string[]> {
  const files = new Set(await readdir(directory))
  return [...files]
    .filter((file) => file.endsWith('.hea'))
    .map((file) => file.slice(0, -'.hea'.length))
    .filter((name) => files.has(`${name}.dat`) && files.has(`${name}.atr`))
    .sort()
}

/**
 * Reads one record. The lead is MLII where the record has one, else the first: MIT-BIH record 114 has its leads
 * swapped, and this finds the right one. Rejects other sample formats, truncated files and wrong checksums.
 */
export async function readRecord(directory: string, name: string): Promise<EcgRecord> {
  const path = join(directory, name)
  const header = parseHeader(await readFile(`${path}.hea`, 'latin1'), name)
  const samples = decodeFormat212(await readFile(`${path}.dat`), header)
  const leadIndex = Math.max(
    0,
    header.leads.findIndex((lead) => lead.name === 'MLII'),
  )
  const lead = header.leads[leadIndex]
  return {
    name,
    samplingRate: header.samplingRate,
    signal: Float64Array.from(samples[leadIndex], (value) => (value - lead.zero) / lead.gain),
    leadName: lead.name,
    beats: parseAnnotations(await readFile(`${path}.atr`), name),
  }
}

function parseHeader(text: string, name: string): Header {
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
  const [recordName, leadCount, samplingRate, sampleCount] = (lines[0] ?? '').split(/\s+/)
  if (recordName !== name || lines.length < 1 + Number(leadCount)) {
    throw damaged(`${name}.hea`, `not a header of record ${name}`)
  }
  const leads = lines.slice(1, 1 + Number(leadCount)).map((line) => {
    const [, format, gain, , zero, , checksum, , ...description] = line.split(/\s+/)
    if (format !== '212') throw unsupported(`${name}.hea`, `sample format ${format}; only 212 is read`)
    return {
      gain: Number.parseFloat(gain),
      zero: Number(zero),
      checksum: Number(checksum),
      name: description.join(' '),
    }
  })
  return { name, samplingRate: Number(samplingRate), sampleCount: Number(sampleCount), leads }
}

/**
 * Format 212 packs two 12-bit two's complement samples into three bytes:
 *
 *     byte 0  a7..a0     byte 1  b11..b8 a11..a8     byte 2  b7..b0
 */
function decodeFormat212(bytes: Uint8Array, header: Header): Int16Array[] {
  const leadCount = header.leads.length
  const total = header.sampleCount * leadCount
  if (bytes.length < Math.ceil((total * 3) / 2)) {
    throw damaged(`${header.name}.dat`, `truncated, ${bytes.length} bytes`)
  }
  const leads = header.leads.map(() => new Int16Array(header.sampleCount))
  for (let index = 0; index < total; index++) {
    const pair = (index >> 1) * 3
    const isFirst = (index & 1) === 0
    const low = isFirst ? bytes[pair] : bytes[pair + 2]
    const high = isFirst ? bytes[pair + 1] & 15 : bytes[pair + 1] >> 4
    leads[index % leadCount][Math.floor(index / leadCount)] = (((high << 8) | low) << 20) >> 20
  }
  header.leads.forEach((lead, index) => {
    const sum = leads[index].reduce((partial, value) => partial + value, 0)
    if ((sum << 16) >> 16 !== lead.checksum) {
      throw damaged(`${header.name}.dat`, `lead ${lead.name} has a wrong checksum`)
    }
  })
  return leads
}

/** MIT annotation format: 16-bit words, code in the upper 6 bits, time step (or a length) in the lower 10. */
function parseAnnotations(bytes: Uint8Array, name: string): Beat[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const beats: Beat[] = []
  let sample = 0
  for (let position = 0; position + 2 <= bytes.length; ) {
    const word = view.getUint16(position, true)
    const code = word >> 10
    const value = word & 1023
    position += 2
    if (word === 0) return beats
    if (code === 59) {
      // a long step: 32 bits, the upper half first
      sample += (view.getInt16(position, true) << 16) | view.getUint16(position + 2, true)
      position += 4
    } else if (code === 63) {
      position += value + (value & 1) // a text
    } else if (code < 60) {
      sample += value
      if (UNMAPPED_BEAT_CODES.includes(code)) {
        throw unsupported(`${name}.atr`, `beat code ${code} has no AAMI class here`)
      }
      const label = BEAT_CODES.findIndex((codes) => codes.includes(code))
      if (label >= 0) beats.push({ sample, label })
    }
  }
  throw damaged(`${name}.atr`, 'truncated, no end mark')
}

function damaged(file: string, reason: string): CapletError {
  return new CapletError({
    code: 'unreadable-file',
    message: `${file}: ${reason}`,
    remedy: 'Copy the record again, all three files of it.',
    file,
  })
}

/** A record that is sound, but not of the kind that this example is made for. */
export function unsupported(file: string, reason: string): CapletError {
  return new CapletError({
    code: 'unreadable-file',
    message: `${file}: ${reason}`,
    remedy: 'Use records of the MIT-BIH Arrhythmia Database, or leave this one out of the folder.',
    file,
  })
}
