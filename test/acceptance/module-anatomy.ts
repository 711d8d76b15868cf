// SPDX-License-Identifier: Apache-2.0
// What a WebAssembly file is made of, read by the specification's binary format alone (core 2.0, section 5.5), and by
// no code of the compiler: sections, memory limits, globals, segments, and the opcodes of every function.

export interface Anatomy {
  /** Ids of the sections in order; custom ones are 0. */
  readonly sectionIds: readonly number[]
  readonly customSections: readonly string[]
  readonly imports: number
  readonly memories: readonly { readonly minimum: number; readonly maximum: number | null }[]
  readonly globals: readonly { readonly type: number; readonly isMutable: boolean }[]
  /** Declared count of data segments; null without the section. */
  readonly dataCount: number | null
  /** Mode of each segment: 0 active, 1 passive, 2 active with a memory index; and its bytes. */
  readonly segments: readonly { readonly mode: number; readonly bytes: Uint8Array }[]
  /** Every opcode of every function, prefixed ones as 'fc 8'. */
  readonly opcodes: ReadonlySet<string>
}

class Cursor {
  #at: number
  readonly #end: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  byte(): number {
    if (this.isAtEnd) throw new Error(`the file ends at byte ${this.#at}`)
    return this.#bytes[this.#at++]!
  }

  unsigned(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte()
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }

  /** A signed number of any width: its value plays no part here. */
  skipSigned(): void {
    while (this.byte() >= 128);
  }

  part(length: number): Cursor {
    const part = new Cursor(this.#bytes, this.#at, this.#at + length)
    if (this.#at + length > this.#end) throw new Error('a part reaches beyond its whole')
    this.#at += length
    return part
  }

  rest(): Uint8Array {
    return this.#bytes.slice(this.#at, this.#end)
  }

  list<T>(read: (cursor: Cursor) => T): T[] {
    return Array.from({ length: this.unsigned() }, () => read(this))
  }

  text(): string {
    return new TextDecoder().decode(this.part(this.unsigned()).rest())
  }
}

export function anatomyOf(wasm: Uint8Array): Anatomy {
  const file = new Cursor(wasm)
  const head = Array.from({ length: 8 }, () => file.byte())
  if (head.join() !== '0,97,115,109,1,0,0,0') throw new Error('not a WebAssembly file of version 1')
  const sections: { id: number; contents: Cursor }[] = []
  while (!file.isAtEnd) sections.push({ id: file.byte(), contents: file.part(file.unsigned()) })
  const customSections = sections.filter(({ id }) => id === 0).map(({ contents }) => contents.text())
  const entries = <T>(id: number, read: (cursor: Cursor) => T): T[] =>
    sections.filter((section) => section.id === id).flatMap(({ contents }) => contents.list(read))
  const opcodes = new Set<string>()
  entries(10, (cursor) => readFunction(cursor, opcodes))
  return {
    sectionIds: sections.map(({ id }) => id),
    customSections,
    imports: sections.find(({ id }) => id === 2)?.contents.unsigned() ?? 0,
    memories: entries(5, readLimits),
    globals: entries(6, (cursor) => {
      const [type, isMutable] = [cursor.byte(), cursor.byte() === 1]
      readExpression(cursor, new Set())
      return { type, isMutable }
    }),
    dataCount: sections.find(({ id }) => id === 12)?.contents.unsigned() ?? null,
    segments: entries(11, readSegment),
    opcodes,
  }
}

function readLimits(cursor: Cursor): Anatomy['memories'][number] {
  const flags = cursor.byte()
  if (flags > 1) throw new Error(`memory flags ${flags}: shared or 64-bit`)
  const minimum = cursor.unsigned()
  return { minimum, maximum: flags === 1 ? cursor.unsigned() : null }
}

function readSegment(cursor: Cursor): Anatomy['segments'][number] {
  const mode = cursor.unsigned()
  if (mode === 2) cursor.unsigned()
  if (mode !== 1) readExpression(cursor, new Set())
  return { mode, bytes: cursor.part(cursor.unsigned()).rest() }
}

function readFunction(cursor: Cursor, opcodes: Set<string>): void {
  const body = cursor.part(cursor.unsigned())
  body.list((locals) => [locals.unsigned(), locals.byte()])
  while (!body.isAtEnd) readInstruction(body, opcodes)
}

function readExpression(cursor: Cursor, opcodes: Set<string>): void {
  while (readInstruction(cursor, opcodes) !== 0x0b);
}

/** Bytes behind an opcode: how many numbers, or a list of them. */
function readInstruction(cursor: Cursor, opcodes: Set<string>): number {
  const opcode = cursor.byte()
  if (opcode === 0xfc) return readPrefixed(cursor, opcodes)
  opcodes.add(opcode.toString(16))
  if (opcode >= 0x02 && opcode <= 0x04) cursor.skipSigned()
  else if (opcode === 0x0e) cursor.list((labels) => labels.unsigned()) && cursor.unsigned()
  else if (opcode === 0x11 || (opcode >= 0x28 && opcode <= 0x3e)) cursor.unsigned() + cursor.unsigned()
  else if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10) cursor.unsigned()
  else if ((opcode >= 0x20 && opcode <= 0x26) || opcode === 0x3f || opcode === 0x40) cursor.unsigned()
  else if (opcode === 0x41 || opcode === 0x42) cursor.skipSigned()
  else if (opcode === 0x43) cursor.part(4)
  else if (opcode === 0x44) cursor.part(8)
  else if (!isPlain(opcode)) throw new Error(`opcode ${opcode.toString(16)} is outside the MVP`)
  return opcode
}

/** Control without operands, parametric and numeric instructions. */
const isPlain = (opcode: number) =>
  [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode) || (opcode >= 0x45 && opcode <= 0xc4)

/** Saturating conversions and bulk memory. */
function readPrefixed(cursor: Cursor, opcodes: Set<string>): number {
  const number = cursor.unsigned()
  opcodes.add(`fc ${number}`)
  const operands = new Map([
    [8, 2], // memory.init
    [9, 1], // data.drop
    [10, 2], // memory.copy
    [11, 1], // memory.fill
  ])
  const count = number <= 7 ? 0 : operands.get(number)
  if (count === undefined) throw new Error(`opcode fc ${number} is outside bulk memory`)
  for (let i = 0; i < count; i++) cursor.unsigned()
  return 0xfc
}
