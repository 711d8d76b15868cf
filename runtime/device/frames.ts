// SPDX-License-Identifier: Apache-2.0
// The frames of targets/template/frames.h: kind, sequence number, payload and CRC-32 under COBS, ended by a zero byte.

export interface Frame {
  readonly kind: number
  readonly sequence: number
  readonly payload: Uint8Array
}

/** CRC-32 of IEEE 802.3: reflected polynomial 0xEDB88320. */
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!
  return (crc ^ 0xffffffff) >>> 0
}

const crcBytes = 4
const headerBytes = 2

/** The bytes on the line, the final zero included. */
export function encodeFrame({ kind, sequence, payload }: Frame): Uint8Array {
  const plain = new Uint8Array(headerBytes + payload.length + crcBytes)
  plain.set([kind, sequence])
  plain.set(payload, headerBytes)
  const covered = plain.length - crcBytes
  new DataView(plain.buffer).setUint32(covered, crc32(plain.subarray(0, covered)), true)
  return stuff(plain)
}

/** null where the bytes between two zeros are no whole, undamaged frame. */
export function decodeFrame(coded: Uint8Array): Frame | null {
  const plain = unstuff(coded)
  if (plain === null || plain.length < headerBytes + crcBytes) return null
  const covered = plain.length - crcBytes
  const crc = new DataView(plain.buffer).getUint32(covered, true)
  if (crc !== crc32(plain.subarray(0, covered))) return null
  return { kind: plain[0]!, sequence: plain[1]!, payload: plain.slice(headerBytes, covered) }
}

/** COBS: cut at the zero bytes; each piece of at most 254 bytes is preceded by its length plus one. */
function stuff(plain: Uint8Array): Uint8Array {
  const coded: number[] = []
  let lengthAt = 0
  const begin = () => {
    lengthAt = coded.length
    coded.push(1)
  }
  begin()
  for (const byte of plain) {
    if (byte !== 0) {
      coded.push(byte)
      coded[lengthAt]!++
    }
    if (byte === 0 || coded[lengthAt] === 255) begin()
  }
  coded.push(0)
  return Uint8Array.from(coded)
}

function unstuff(coded: Uint8Array): Uint8Array | null {
  const plain: number[] = []
  for (let at = 0; at < coded.length; ) {
    const length = coded[at]!
    if (length === 0 || at + length > coded.length) return null
    for (const byte of coded.subarray(at + 1, at + length)) plain.push(byte)
    at += length
    if (length < 255 && at < coded.length) plain.push(0)
  }
  return Uint8Array.from(plain)
}

/** Cuts a stream into frames; damaged ones are dropped. */
export class FrameSplitter {
  #rest: Uint8Array = new Uint8Array(0)

  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = []
    const all = new Uint8Array(this.#rest.length + bytes.length)
    all.set(this.#rest)
    all.set(bytes, this.#rest.length)
    let begin = 0
    for (let end = all.indexOf(0); end >= 0; end = all.indexOf(0, begin)) {
      const frame = decodeFrame(all.subarray(begin, end))
      if (frame) frames.push(frame)
      begin = end + 1
    }
    this.#rest = all.slice(begin)
    return frames
  }
}
