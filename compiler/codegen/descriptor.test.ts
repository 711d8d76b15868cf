// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CapletError } from '../errors.js'
import { type Descriptor, decodeDescriptor, describeManifest, encodeDescriptor } from './descriptor.js'
import { manifests } from './manifest.fixture.js'
import { manifestJson, parseManifest } from './manifest.js'

/** Every field has a value of its own. */
const example: Descriptor = {
  contract: 'integer',
  modelSha256: Array.from({ length: 32 }, (_, i) => (i + 100).toString(16)).join(''),
  inputs: [
    { type: 'int8', shape: [11, 12, 13], scale: 0.75, zeroPoint: -7, offset: 16, bytes: 1716 },
    { type: 'float32', shape: [], scale: null, zeroPoint: null, offset: 1732, bytes: 4 },
  ],
  outputs: [{ type: 'uint64', shape: [2, 3], scale: null, zeroPoint: null, offset: 1736, bytes: 48 }],
  arena: 2000,
  state: 300,
  total: 2400,
  macs: 5 * 2 ** 32 + 6,
  kernelInterface: 4,
  operandStack: { cells: 700, frames: 8, blocks: 9 },
}
const bytes = encodeDescriptor(example)

interface Row {
  readonly offset: number
  readonly type: string
  readonly field: string
}

/** The rows of the table under a heading of docs/descriptor.md. */
function documented(heading: string): Row[] {
  const text = readFileSync(new URL('../../docs/descriptor.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith(heading))!
  return [...section.matchAll(/^\| (\d+) \| (\S+) \| (\S+) \|/gm)].map(([, offset, type, field]) => {
    return { offset: Number(offset), type: type!, field: field! }
  })
}

const sizes: Record<string, number> = { u8: 1, u16: 2, u32: 4, i32: 4, f32: 4 }

const bytesOfType = (type: string) => {
  const [, element, count] = /^(\w+?)(?:\[(\d+)\])?$/.exec(type)!
  return sizes[element!]! * Number(count ?? 1)
}

function read(start: number, { offset, type }: Row): number | number[] {
  const view = new DataView(bytes.buffer)
  const [, element, count] = /^(\w+?)(?:\[(\d+)\])?$/.exec(type)!
  const one = (at: number) => {
    if (element === 'u8') return view.getUint8(at)
    if (element === 'u16') return view.getUint16(at, true)
    if (element === 'i32') return view.getInt32(at, true)
    return element === 'f32' ? view.getFloat32(at, true) : view.getUint32(at, true)
  }
  const values = Array.from({ length: Number(count ?? 1) }, (_, i) =>
    one(start + offset + i * sizes[element!]!),
  )
  return count === undefined ? values[0]! : values
}

const readAll = (start: number, rows: readonly Row[]) =>
  Object.fromEntries(rows.map((row) => [row.field, read(start, row)]))

describe('docs/descriptor.md', () => {
  test.each([
    ['Header', 80],
    ['Tensor', 52],
  ])('%s: the fields fill it without gaps, each aligned to its size', (heading, length) => {
    let end = 0
    for (const { offset, type } of documented(heading)) {
      expect(offset).toBe(end)
      expect(offset % Math.min(4, bytesOfType(type.replace(/\[.*/, '')))).toBe(0)
      end = offset + bytesOfType(type)
    }
    expect(end).toBe(length)
  })

  test('the header reads as documented', () => {
    expect(readAll(0, documented('Header'))).toEqual({
      magic: 0x444c5043,
      version: 1,
      header_bytes: 80,
      bytes: 80 + 3 * 52,
      tensor_bytes: 52,
      inputs: 2,
      outputs: 1,
      contract: 2,
      kernel_interface: 4,
      arena: 2000,
      state: 300,
      total: 2400,
      macs_low: 6,
      macs_high: 5,
      stack_cells: 700,
      stack_frames: 8,
      stack_blocks: 9,
      model_sha256: Array.from({ length: 32 }, (_, i) => i + 100),
    })
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('CPLD')
  })

  test('tensors read as documented, quantized or not', () => {
    const rows = documented('Tensor')
    const reserved = 0
    const tensor = { type: 3, rank: 3, reserved, dimensions: [11, 12, 13, 0, 0, 0, 0, 0], scale: 0.75 }
    expect(readAll(80, rows)).toEqual({ ...tensor, zero_point: -7, offset: 16, bytes: 1716 })
    const scalar = { type: 1, rank: 0, reserved, dimensions: [0, 0, 0, 0, 0, 0, 0, 0], scale: 0 }
    expect(readAll(80 + 52, rows)).toEqual({ ...scalar, zero_point: 0, offset: 1732, bytes: 4 })
    expect(readAll(80 + 2 * 52, rows)).toMatchObject({ type: 13, rank: 2, offset: 1736 })
  })
})

describe('descriptor and manifest', () => {
  test('say the same', () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const fromManifest = describeManifest(parseManifest(new TextEncoder().encode(manifestJson(manifest))))
        expect(decodeDescriptor(encodeDescriptor(describeManifest(manifest)))).toEqual(fromManifest)
      }),
      { numRuns: 300 },
    )
  })

  test('different manifests have different descriptors, unless only text differs', () => {
    fc.assert(
      fc.property(manifests, manifests, (a, b) => {
        const equalBytes = Buffer.from(encodeDescriptor(describeManifest(a))).equals(
          encodeDescriptor(describeManifest(b)),
        )
        expect(equalBytes).toBe(JSON.stringify(describeManifest(a)) === JSON.stringify(describeManifest(b)))
      }),
    )
  })
})

describe('encodeDescriptor', () => {
  test('refuses nine dimensions by name', () => {
    const tensor = { ...example.inputs[0]!, shape: [1, 1, 1, 1, 1, 1, 1, 1, 1716] }
    expect(() => encodeDescriptor({ ...example, inputs: [tensor] })).toThrow(/9 dimensions; .* up to 8/)
  })

  test.each<[string, Partial<Descriptor>]>([
    ['a scale that is no float32', { inputs: [{ ...example.inputs[0]!, scale: 0.1 }] }],
    ['a size beyond 32 bits', { total: 2 ** 32 }],
    ['an unknown contract', { contract: 'approximate' }],
  ])('never writes %s', (_, change) => {
    expect(() => encodeDescriptor({ ...example, ...change })).toThrow(CapletError)
  })
})

describe('decodeDescriptor', () => {
  test('reads from anywhere in a larger buffer', () => {
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(decodeDescriptor(shifted.subarray(3))).toEqual(example)
  })

  test('refuses every truncation and every surplus', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeDescriptor(bytes.slice(0, length)), `${length} bytes`).toThrow(CapletError)
    }
    expect(() => decodeDescriptor(new Uint8Array([...bytes, 0]))).toThrow(CapletError)
  })

  test('refuses another version by name', () => {
    expect(() => decodeDescriptor(bytes.with(4, 2))).toThrow('its version is 2, not 1')
  })

  test('any changed byte is refused or read back to the same bytes', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const mutant = bytes.with(at, byte)
        let descriptor: Descriptor
        try {
          descriptor = decodeDescriptor(mutant)
        } catch (error) {
          expect(error).toBeInstanceOf(CapletError)
          return
        }
        expect(Buffer.from(encodeDescriptor(descriptor)).equals(mutant)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
