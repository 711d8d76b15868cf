// SPDX-License-Identifier: Apache-2.0
// Numbers as the weight segment holds them: little-endian, on any host.
import type { Data } from '../ir/types.js'

export function bytesOf(data: Data): Uint8Array {
  const bytes = new Uint8Array(data.byteLength)
  const view = new DataView(bytes.buffer)
  const size = data.BYTES_PER_ELEMENT
  data.forEach((value: number | bigint, index: number) => {
    const at = index * size
    if (typeof value === 'bigint') view.setBigInt64(at, BigInt.asIntN(64, value), true)
    else if (data instanceof Float32Array) view.setFloat32(at, value, true)
    else if (data instanceof Float64Array) view.setFloat64(at, value, true)
    else if (size === 4) view.setUint32(at, value, true)
    else if (size === 2) view.setUint16(at, value, true)
    else view.setUint8(at, value)
  })
  return bytes
}

/** Several pieces, one behind the other. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
