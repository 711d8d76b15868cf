// SPDX-License-Identifier: Apache-2.0
// A table of a FlatBuffer, read with the package `flatbuffers`, whose own readers take any offset: here every place is
// checked to lie within the file, and the file cannot make a reader read more than a multiple of its own size.
import { ByteBuffer } from 'flatbuffers'
import { CapletError } from '../errors.js'

/** Vectors may be shared; a file that reads much longer than it is, is hostile. */
const mostReadsPerByte = 64

export const malformedFile = (message: string): CapletError =>
  new CapletError({
    code: 'malformed-model',
    message,
    remedy: 'The file is damaged or not written by a correct converter: convert the model again.',
  })

interface Source {
  readonly buffer: ByteBuffer
  readBytes: number
}

export class FlatTable {
  readonly #source: Source
  readonly #position: number
  readonly #vtable: number
  readonly #vtableBytes: number

  private constructor(source: Source, position: number) {
    this.#source = source
    this.#position = position
    within(source, position, 4)
    this.#vtable = position - source.buffer.readInt32(position)
    within(source, this.#vtable, 4)
    this.#vtableBytes = source.buffer.readUint16(this.#vtable)
    within(source, this.#vtable, this.#vtableBytes)
  }

  static root(bytes: Uint8Array): FlatTable {
    const source = { buffer: new ByteBuffer(bytes), readBytes: 0 }
    within(source, 0, 8)
    return new FlatTable(source, source.buffer.readUint32(0))
  }

  /** Where a field's value is, or null where the field is absent. */
  #place(field: number, bytes: number): number | null {
    const entry = 4 + 2 * field
    if (entry + 2 > this.#vtableBytes) return null
    const offset = this.#source.buffer.readUint16(this.#vtable + entry)
    if (offset === 0) return null
    within(this.#source, this.#position + offset, bytes)
    return this.#position + offset
  }

  int8(field: number, fallback: number): number {
    const place = this.#place(field, 1)
    return place === null ? fallback : this.#source.buffer.readInt8(place)
  }

  uint8(field: number, fallback: number): number {
    const place = this.#place(field, 1)
    return place === null ? fallback : this.#source.buffer.readUint8(place)
  }

  bool(field: number, fallback: boolean): boolean {
    return this.uint8(field, fallback ? 1 : 0) !== 0
  }

  int32(field: number, fallback: number): number {
    const place = this.#place(field, 4)
    return place === null ? fallback : this.#source.buffer.readInt32(place)
  }

  uint32(field: number, fallback: number): number {
    return this.int32(field, fallback) >>> 0
  }

  /** Beyond 2^53: the nearest double. */
  uint64(field: number, fallback: number): number {
    const place = this.#place(field, 8)
    return place === null ? fallback : Number(this.#source.buffer.readUint64(place))
  }

  float32(field: number, fallback: number): number {
    const place = this.#place(field, 4)
    return place === null ? fallback : this.#source.buffer.readFloat32(place)
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field) ?? new Uint8Array(0))
  }

  table(field: number): FlatTable | null {
    const place = this.#place(field, 4)
    return place === null ? null : new FlatTable(this.#source, this.#indirect(place))
  }

  /** Tables of a vector; an absent vector is an empty one. */
  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4)
    return Array.from({ length }, (_, i) => new FlatTable(this.#source, this.#indirect(start + 4 * i)))
  }

  int32s(field: number): number[] {
    const { start, length } = this.#vector(field, 4)
    return Array.from({ length }, (_, i) => this.#source.buffer.readInt32(start + 4 * i))
  }

  int64s(field: number): bigint[] {
    const { start, length } = this.#vector(field, 8)
    return Array.from({ length }, (_, i) => this.#source.buffer.readInt64(start + 8 * i))
  }

  float32s(field: number): number[] {
    const { start, length } = this.#vector(field, 4)
    return Array.from({ length }, (_, i) => this.#source.buffer.readFloat32(start + 4 * i))
  }

  /** Where a vector's length stands in the file; null where the field is absent. */
  placeOfVector(field: number): number | null {
    const place = this.#place(field, 4)
    return place === null ? null : this.#indirect(place)
  }

  /** The file's own bytes; null where the field is absent. */
  bytes(field: number): Uint8Array | null {
    if (this.#place(field, 4) === null) return null
    const { start, length } = this.#vector(field, 1)
    return this.#source.buffer.bytes().subarray(start, start + length)
  }

  #indirect(place: number): number {
    return place + this.#source.buffer.readUint32(place)
  }

  #vector(field: number, elementBytes: number): { start: number; length: number } {
    const place = this.#place(field, 4)
    if (place === null) return { start: 0, length: 0 }
    const vector = this.#indirect(place)
    within(this.#source, vector, 4)
    const length = this.#source.buffer.readUint32(vector)
    within(this.#source, vector + 4, length * elementBytes)
    return { start: vector + 4, length }
  }
}

function within(source: Source, start: number, bytes: number): void {
  const size = source.buffer.capacity()
  if (start < 0 || start + bytes > size) {
    throw malformedFile(`The file refers to byte ${start + bytes}, but has ${size}`)
  }
  source.readBytes += bytes
  if (source.readBytes > mostReadsPerByte * (size + 4096)) {
    throw malformedFile('The parts of the file overlap without end')
  }
}
