// SPDX-License-Identifier: Apache-2.0
// Reads and writes little-endian numbers one after the other.
import { internalError } from './internal-error.js'

type NumberType = 'u8' | 'u16' | 'u32' | 'i32' | 'f32'

interface Access {
  readonly bytes: number
  readonly get: (view: DataView, at: number) => number
  readonly set: (view: DataView, at: number, value: number) => void
}

const accesses: Readonly<Record<NumberType, Access>> = {
  u8: { bytes: 1, get: (view, at) => view.getUint8(at), set: (view, at, value) => view.setUint8(at, value) },
  u16: {
    bytes: 2,
    get: (view, at) => view.getUint16(at, true),
    set: (view, at, value) => view.setUint16(at, value, true),
  },
  u32: {
    bytes: 4,
    get: (view, at) => view.getUint32(at, true),
    set: (view, at, value) => view.setUint32(at, value, true),
  },
  i32: {
    bytes: 4,
    get: (view, at) => view.getInt32(at, true),
    set: (view, at, value) => view.setInt32(at, value, true),
  },
  f32: {
    bytes: 4,
    get: (view, at) => view.getFloat32(at, true),
    set: (view, at, value) => view.setFloat32(at, value, true),
  },
}

export class ByteCursor {
  readonly bytes: Uint8Array
  private readonly view: DataView
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get(type: NumberType): number {
    const value = accesses[type].get(this.view, this.at)
    this.at += accesses[type].bytes
    return value
  }

  /** Throws CapletError ('internal') where the type cannot hold the value exactly. */
  put(type: NumberType, value: number): void {
    const { bytes, get, set } = accesses[type]
    set(this.view, this.at, value)
    if (get(this.view, this.at) !== value) throw internalError(`${value} does not fit ${type}.`)
    this.at += bytes
  }
}
