// SPDX-License-Identifier: Apache-2.0
// Walks the sections of a WebAssembly file, independently of the library that wrote it.
import { internalError } from './internal-error.js'

export const sectionIds = {
  custom: 0,
  import: 2,
  table: 4,
  memory: 5,
  global: 6,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const

export interface Section {
  readonly id: number
  /** Of a custom section, else ''. */
  readonly name: string
  /** Contents, without id, size and name. */
  readonly bytes: Uint8Array
}

/** Reads LEB128 numbers and bytes in order. */
export class ByteReader {
  readonly bytes: Uint8Array
  at: number
  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get done(): boolean {
    return this.at >= this.bytes.length
  }

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw internalError('A section of the module ends too early.')
    return byte
  }

  u32(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw internalError('A number in the module is too long.')
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw internalError('A section of the module ends too early.')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}

export function readSections(wasm: Uint8Array): Section[] {
  const reader = new ByteReader(wasm, 8)
  const sections: Section[] = []
  while (!reader.done) {
    const id = reader.byte()
    const contents = new ByteReader(reader.take(reader.u32()))
    const name = id === sectionIds.custom ? new TextDecoder().decode(contents.take(contents.u32())) : ''
    sections.push({ id, name, bytes: contents.bytes.subarray(contents.at) })
  }
  return sections
}

/** Contents of a section; empty where there is none. */
export function sectionBytes(sections: readonly Section[], id: number, name = ''): Uint8Array {
  return sections.find((section) => section.id === id && section.name === name)?.bytes ?? new Uint8Array(0)
}
