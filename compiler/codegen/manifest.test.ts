// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CapletError } from '../errors.js'
import { manifests } from './manifest.fixture.js'
import { buildManifest, type Manifest, type ManifestInput, manifestJson, parseManifest } from './manifest.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)

const capsule: ManifestInput = {
  compilerVersion: '0.1.0',
  contract: { name: 'onnxruntime', reference: 'onnxruntime-web', version: '1.30.0' },
  model: { name: 'ecg_beat.onnx', sha256: '0123456789abcdef'.repeat(4) },
  inputs: [
    {
      name: 'beat',
      type: 'int8',
      shape: [1, 1, 187],
      quantization: { scale: Math.fround(0.05), zeroPoint: -3 },
      tensor: 'beat_q',
      offset: 16,
      bytes: 187,
    },
  ],
  outputs: [
    { name: 'class', type: 'int64', shape: [1], quantization: null, tensor: 'class', offset: 208, bytes: 8 },
  ],
  memory: { arena: 4000, state: 0, tables: 96, total: 4096 },
  macs: 76896,
}

const manifest = buildManifest(capsule)

/** A manifest that may be spoiled. */
interface Draft {
  macs?: number
  memory: object
  model: object
  inputs: object[]
  outputs: object[]
}

/** The message of the refusal of `manifest` with one part replaced. */
function refusal(change: (draft: Draft) => void): string {
  const draft = structuredClone(manifest) as unknown as Draft
  change(draft)
  return messageOf(() => parseManifest(bytesOf(JSON.stringify(draft))))
}

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(CapletError)
    expect((error as CapletError).problems[0]!.code).toBe('not-a-capsule')
    return (error as CapletError).message
  }
  return 'accepted'
}

describe('buildManifest', () => {
  test('has exactly the documented keys, sorted, as compact JSON', () => {
    expect(manifestJson(manifest)).toBe(
      '{"compiler":"0.1.0",' +
        '"contract":{"name":"onnxruntime","reference":"onnxruntime-web","version":"1.30.0"},' +
        '"format":1,' +
        '"inputs":[{"bytes":187,"name":"beat","offset":16,"scale":0.05000000074505806,"shape":[1,1,187],"type":"int8","zero_point":-3}],' +
        '"kernel_interface":null,"macs":76896,' +
        '"memory":{"arena":4000,"state":0,"total":4096},' +
        '"model":{"name":"ecg_beat.onnx","sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},' +
        '"outputs":[{"bytes":8,"name":"class","offset":208,"scale":null,"shape":[1],"type":"int64","zero_point":null}]}',
    )
  })

  test.each<[string, Partial<ManifestInput>]>([
    [
      'scale is 0.1, not a float32',
      { inputs: [{ ...capsule.inputs[0]!, quantization: { scale: 0.1, zeroPoint: 0 } }] },
    ],
    [
      'scale is null, not a float32',
      { inputs: [{ ...capsule.inputs[0]!, quantization: { scale: NaN, zeroPoint: 0 } }] },
    ],
    ['type is "float64"', { outputs: [{ ...capsule.outputs[0]!, type: 'float64' }] }],
    ['an edge ends at byte 203 of 200', { memory: { arena: 100, state: 0, tables: 0, total: 200 } }],
  ])('a fault of the compiler: %s', (message, change) => {
    expect(() => buildManifest({ ...capsule, ...change })).toThrow(message)
  })
})

describe('parseManifest', () => {
  test('reads back what was written', () => {
    fc.assert(
      fc.property(manifests, (original) => {
        const text = manifestJson(original)
        const read = parseManifest(bytesOf(text))
        expect(read).toEqual(original)
        expect(manifestJson(read)).toBe(text)
        expect(parseManifest(bytesOf(manifestJson(original, 2)))).toEqual(original)
      }),
      { numRuns: 200 },
    )
  })

  test('equal manifests are equal bytes, whatever the order of their keys', () => {
    const reversed = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          )
    expect(manifestJson(reversed(manifest) as Manifest)).toBe(manifestJson(manifest))
  })

  test.each<[string, (draft: Draft) => void]>([
    ['macs is missing', (m) => delete m.macs],
    ['the manifest has an unknown key "note"', (m) => Object.assign(m, { note: 1 })],
    ['memory has an unknown key "tables"', (m) => Object.assign(m.memory, { tables: 0 })],
    ['compiler is "", not a string with something in it', (m) => Object.assign(m, { compiler: '' })],
    ['format is 0, not 1', (m) => Object.assign(m, { format: 0 })],
    ['manifest format 2; this version reads up to 1', (m) => Object.assign(m, { format: 2 })],
    ['contract is null, not an object', (m) => Object.assign(m, { contract: null })],
    ['inputs is {}, not a list', (m) => Object.assign(m, { inputs: {} })],
    ['inputs[0] is [], not an object', (m) => Object.assign(m, { inputs: [[]] })],
    ['model.sha256 is "AB", not 64 hexadecimal digits', (m) => Object.assign(m.model, { sha256: 'AB' })],
    [
      'inputs[0].type is "toString", not a type of tensors',
      (m) => Object.assign(m.inputs[0]!, { type: 'toString' }),
    ],
    ['inputs[0].shape[1] is -1, not a dimension', (m) => Object.assign(m.inputs[0]!, { shape: [1, -1] })],
    ['inputs[0].scale is 0, not a float32 greater than 0', (m) => Object.assign(m.inputs[0]!, { scale: 0 })],
    ['inputs[0].scale is 0.1, not a float32', (m) => Object.assign(m.inputs[0]!, { scale: 0.1 })],
    [
      'inputs[0].zero_point is 0.5, not a 32-bit integer',
      (m) => Object.assign(m.inputs[0]!, { zero_point: 0.5 }),
    ],
    ['inputs[0].zero_point is 128, outside int8', (m) => Object.assign(m.inputs[0]!, { zero_point: 128 })],
    ['inputs[0] has only one of scale and zero_point', (m) => Object.assign(m.inputs[0]!, { scale: null })],
    [
      'outputs[0] is quantized, but its type is int64',
      (m) => Object.assign(m.outputs[0]!, { scale: 1, zero_point: 0 }),
    ],
    [
      'inputs[0].bytes is 188, but [1,1,187] of int8 are 187',
      (m) => Object.assign(m.inputs[0]!, { bytes: 188 }),
    ],
    ['inputs[0].offset is -8, not a number of bytes', (m) => Object.assign(m.inputs[0]!, { offset: -8 })],
    ['memory.total is 4096, less than arena and state', (m) => Object.assign(m.memory, { state: 97 })],
    ['an edge ends at byte 4103 of 4096', (m) => Object.assign(m.outputs[0]!, { offset: 4095 })],
    ['kernel_interface is 0, not a version', (m) => Object.assign(m, { kernel_interface: 0 })],
    ['macs is 9007199254740992, not a count', (m) => Object.assign(m, { macs: 2 ** 53 })],
  ])('refuses: %s', (message, change) => expect(refusal(change)).toContain(message))

  test.each([
    ['', 'no JSON'],
    ['{"format":1', 'no JSON'],
    ['null', 'the manifest is null, not an object'],
    ['[]', 'the manifest is [], not an object'],
  ])('refuses the text %j', (text, message) => {
    expect(messageOf(() => parseManifest(bytesOf(text)))).toContain(message)
  })

  test('refuses what is no UTF-8', () => {
    const bytes = bytesOf(manifestJson(manifest).replace('beat', 'b~at'))
    bytes[bytes.indexOf('~'.charCodeAt(0))] = 0xff
    expect(messageOf(() => parseManifest(bytes))).toContain('no JSON in UTF-8')
  })

  test('any change of one byte is refused, or read as another valid manifest, but never crashes', () => {
    const original = bytesOf(manifestJson(manifest))
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), (at, byte) => {
        const mutant = original.with(at, byte)
        // A number may be written in several ways (0.25, 0e25): its value counts.
        const message = messageOf(() =>
          expect(valuesIn(manifestJson(parseManifest(mutant)))).toBe(
            valuesIn(new TextDecoder().decode(mutant)),
          ),
        )
        expect(message).toMatch(
          /^accepted$|^The section caplet.manifest is damaged|^The capsule has manifest format/,
        )
      }),
      { numRuns: 500 },
    )
  })
})

const valuesIn = (json: string): string => JSON.stringify(JSON.parse(json))
