// SPDX-License-Identifier: Apache-2.0
// Reads the functions of a WebAssembly file: signatures, locals, and the operators one by one, each with what it takes
// from the operand stack and what it leaves there. Knows the operators that a capsule may contain, and refuses others.
import { internalError } from './internal-error.js'
import { ByteReader, readSections, sectionBytes } from './module-sections.js'

/** Of a value, in cells of 4 bytes. */
export type Cells = 1 | 2

export interface Signature {
  readonly parameters: readonly Cells[]
  readonly results: readonly Cells[]
}

export interface Code {
  readonly locals: readonly Cells[]
  /** The body: pass it to `readOperator` until it is done. */
  readonly body: ByteReader
}

export interface WasmFunctions {
  /** Of every function; imported ones come first. */
  readonly signatures: readonly Signature[]
  readonly imported: number
  /** Of the others, in order. */
  readonly codes: readonly Code[]
  /** Numbers of exported functions. */
  readonly exported: readonly number[]
}

export type Operator =
  | { readonly kind: 'block' | 'loop' | 'if'; readonly results: readonly Cells[] }
  | { readonly kind: 'else' | 'end' | 'nop' | 'branch-if' | 'drop' | 'select' }
  /** Control never reaches what follows. `takes`: a value, for the table of br_table. */
  | { readonly kind: 'leave'; readonly takes: number }
  | { readonly kind: 'call'; readonly callee: number }
  | { readonly kind: 'local.get' | 'local.set' | 'local.tee'; readonly local: number }
  /** `key`: the same for equal constants of one type. */
  | { readonly kind: 'const'; readonly cells: Cells; readonly key: string }
  /** Anything else: takes so many values, and leaves one of so many cells, or none. */
  | { readonly kind: 'plain'; readonly takes: number; readonly leaves: Cells | 0 }

const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const

export function readFunctions(wasm: Uint8Array): WasmFunctions {
  const all = readSections(wasm)
  const reader = (id: number) => new ByteReader(sectionBytes(all, id))
  const types = vector(reader(sections.type), (from) => {
    if (from.byte() !== 0x60) throw internalError('A type of the module is no function type.')
    return { parameters: vector(from, valueCells), results: vector(from, valueCells) }
  })
  const imports = vector(reader(sections.import), (from) => {
    for (let name = 0; name < 2; name++) from.take(from.u32())
    if (from.byte() !== 0) throw internalError('The module imports something else than functions.')
    return types[from.u32()]!
  })
  const own = vector(reader(sections.function), (from) => types[from.u32()]!)
  const exported = vector(reader(sections.export), (from) => {
    from.take(from.u32())
    return { kind: from.byte(), index: from.u32() }
  })
  return {
    signatures: [...imports, ...own],
    imported: imports.length,
    codes: vector(reader(sections.code), readCode),
    exported: exported.filter(({ kind }) => kind === 0).map(({ index }) => index),
  }
}

/** Empty where the section is missing. */
function vector<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  return reader.done ? [] : Array.from({ length: reader.u32() }, () => read(reader))
}

function readCode(reader: ByteReader): Code {
  const body = new ByteReader(reader.take(reader.u32()))
  const groups = vector(body, (from) => Array<Cells>(from.u32()).fill(valueCells(from)))
  return { locals: groups.flat(), body }
}

function valueCells(reader: ByteReader): Cells {
  const type = reader.byte()
  if (type < 0x7c || type > 0x7f) throw internalError(`The module has a value of type ${type}.`)
  // i32 0x7f, i64 0x7e, f32 0x7d, f64 0x7c.
  return type % 2 === 1 ? 1 : 2
}

export function readOperator(reader: ByteReader): Operator {
  const code = reader.byte()
  if (code >= 0x45) return code === 0xfc ? readPrefixed(reader) : arithmetic(code)
  if (code >= 0x41) return readConstant(reader, code)
  if (code >= 0x28) return readAccess(reader, code)
  return readStructural(reader, code)
}

function readStructural(reader: ByteReader, code: number): Operator {
  switch (code) {
    case 0x00:
    case 0x0f:
      return { kind: 'leave', takes: 0 }
    case 0x01:
      return { kind: 'nop' }
    case 0x02:
    case 0x03:
    case 0x04:
      return { kind: (['block', 'loop', 'if'] as const)[code - 2]!, results: blockResults(reader) }
    case 0x05:
      return { kind: 'else' }
    case 0x0b:
      return { kind: 'end' }
    case 0x0c:
      reader.u32()
      return { kind: 'leave', takes: 0 }
    case 0x0d:
      reader.u32()
      return { kind: 'branch-if' }
    case 0x0e:
      vector(reader, (from) => from.u32())
      reader.u32()
      return { kind: 'leave', takes: 1 }
    case 0x10:
      return { kind: 'call', callee: reader.u32() }
    case 0x1a:
      return { kind: 'drop' }
    case 0x1b:
      return { kind: 'select' }
    case 0x20:
    case 0x21:
    case 0x22:
      return {
        kind: (['local.get', 'local.set', 'local.tee'] as const)[code - 0x20]!,
        local: reader.u32(),
      }
    default:
      throw unknown(code)
  }
}

function blockResults(reader: ByteReader): Cells[] {
  if (reader.bytes[reader.at] !== 0x40) return [valueCells(reader)]
  reader.byte()
  return []
}

/** Loads 0x28 to 0x35, stores to 0x3e, memory.size 0x3f. */
function readAccess(reader: ByteReader, code: number): Operator {
  reader.u32()
  if (code === 0x3f) return { kind: 'plain', takes: 0, leaves: 1 }
  if (code === 0x40) throw unknown(code)
  reader.u32()
  if (code >= 0x36) return { kind: 'plain', takes: 2, leaves: 0 }
  const isWide = code === 0x29 || code === 0x2b || code >= 0x30
  return { kind: 'plain', takes: 1, leaves: isWide ? 2 : 1 }
}

function readConstant(reader: ByteReader, code: number): Operator {
  const start = reader.at
  if (code === 0x43) reader.take(4)
  else if (code === 0x44) reader.take(8)
  else while (reader.byte() >= 0x80);
  const digits = Buffer.from(reader.bytes.subarray(start, reader.at)).toString('hex')
  return { kind: 'const', cells: code % 2 === 1 ? 1 : 2, key: `${code} ${digits}` }
}

/** First code, how many, values taken, cells left. */
const arithmetics: readonly (readonly [number, number, number, Cells])[] = [
  [0x45, 1, 1, 1],
  [0x46, 10, 2, 1],
  [0x50, 1, 1, 1],
  [0x51, 22, 2, 1],
  [0x67, 3, 1, 1],
  [0x6a, 15, 2, 1],
  [0x79, 3, 1, 2],
  [0x7c, 15, 2, 2],
  [0x8b, 7, 1, 1],
  [0x92, 7, 2, 1],
  [0x99, 7, 1, 2],
  [0xa0, 7, 2, 2],
  // Conversions, by the type they give.
  [0xa7, 5, 1, 1],
  [0xac, 6, 1, 2],
  [0xb2, 5, 1, 1],
  [0xb7, 5, 1, 2],
  [0xbc, 1, 1, 1],
  [0xbd, 1, 1, 2],
  [0xbe, 1, 1, 1],
  [0xbf, 1, 1, 2],
  [0xc0, 2, 1, 1],
  [0xc2, 3, 1, 2],
]

function arithmetic(code: number): Operator {
  const found = arithmetics.find(([first, count]) => code >= first && code < first + count)
  if (!found) throw unknown(code)
  return { kind: 'plain', takes: found[2], leaves: found[3] }
}

/** 0 to 7: conversions that saturate. 8, 10 and 11: memory.init, memory.copy, memory.fill. */
function readPrefixed(reader: ByteReader): Operator {
  const code = reader.u32()
  if (code < 8) return { kind: 'plain', takes: 1, leaves: code < 4 ? 1 : 2 }
  if (code !== 8 && code !== 10 && code !== 11) throw unknown(0xfc00 + code)
  for (let immediates = code === 11 ? 1 : 2; immediates > 0; immediates--) reader.u32()
  return { kind: 'plain', takes: 3, leaves: 0 }
}

const unknown = (code: number) => internalError(`The module contains operator 0x${code.toString(16)}.`)
