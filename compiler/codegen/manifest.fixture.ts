// SPDX-License-Identifier: Apache-2.0
// Random manifests that keep every rule, for property tests.
import fc from 'fast-check'
import { bytesPerElement, sizeOf } from '../ir/types.js'
import type { Manifest, ManifestEdge } from './manifest.js'

const quantized = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767], uint16: [0, 65535] } as const
const plain = ['bool', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'int8'] as const

/** Every float32 > 0, subnormal and huge ones too. */
const scales = fc.float({ min: 2 ** -149, noNaN: true, noDefaultInfinity: true })
const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 })

const quantizations = fc
  .constantFrom(...(Object.keys(quantized) as (keyof typeof quantized)[]))
  .chain((type) => {
    const [min, max] = quantized[type]
    return fc.record({ type: fc.constant(type), scale: scales, zero_point: fc.integer({ min, max }) })
  })
const unquantized = fc.constantFrom(...plain).map((type) => ({ type, scale: null, zero_point: null }))

const edges: fc.Arbitrary<ManifestEdge> = fc
  .record({
    name: fc.string({ unit: 'grapheme' }),
    shape: shapes,
    offset: fc.integer({ min: 0, max: 2 ** 31 }),
    content: fc.oneof(quantizations, unquantized),
  })
  .filter(({ shape, content, offset }) => offset + sizeOf(shape) * bytesPerElement(content.type) < 2 ** 32)
  .map(({ name, shape, offset, content }) => {
    return { name, shape, offset, bytes: sizeOf(shape) * bytesPerElement(content.type), ...content }
  })

const filledText = fc.string({ unit: 'grapheme', minLength: 1 })
const bytes = fc.integer({ min: 0, max: 2 ** 30 })

export const manifests: fc.Arbitrary<Manifest> = fc
  .record({
    compiler: filledText,
    contract: fc.record({
      name: fc.constantFrom('onnxruntime', 'integer', 'tflite'),
      reference: filledText,
      version: filledText,
    }),
    model: fc.record({
      name: fc.string({ unit: 'grapheme' }),
      sha256: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((hash) => Buffer.from(hash).toString('hex')),
    }),
    inputs: fc.array(edges, { maxLength: 4 }),
    outputs: fc.array(edges, { maxLength: 4 }),
    arena: bytes,
    state: bytes,
    macs: fc.maxSafeNat(),
    kernel_interface: fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 })),
  })
  .map(({ arena, state, ...rest }) => {
    const end = Math.max(0, ...[...rest.inputs, ...rest.outputs].map((edge) => edge.offset + edge.bytes))
    return { format: 1, ...rest, memory: { arena, state, total: Math.max(end, arena + state) } }
  })
