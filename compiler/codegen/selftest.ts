// SPDX-License-Identifier: Apache-2.0
// Compile-time twin of assembly/selftest.ts: the fixed input pattern and the checksum that `selftest` must find.
// FNV-1a, 32 bits: hash' = (hash ^ byte) * 16777619. Pattern: state' = state * 1664525 + 1013904223 per element.
import { bytesPerElement, type ElementType, sizeOf } from '../ir/types.js'
import { internalError } from './internal-error.js'
import type { Edge } from './program.js'

export const hashBasis = 0x811c9dc5
export const patternSeed = 0x2545f491
/** The weight segment is read back in pieces of this size. */
export const pieceBytes = 64

export function hashBytes(bytes: Uint8Array, hash: number): number {
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619)
  return hash >>> 0
}

const fillNames: Partial<Record<ElementType, string>> = {
  bool: 'fillBooleans',
  int8: 'fillBytes',
  uint8: 'fillBytes',
  int16: 'fillIntegers16',
  uint16: 'fillIntegers16',
  int32: 'fillIntegers32',
  uint32: 'fillIntegers32',
  int64: 'fillIntegers64',
  uint64: 'fillIntegers64',
  float32: 'fillFloats',
}

/** Function of assembly/selftest.ts that fills an input of this type. */
export function fillFunction(edge: Edge): string {
  const name = fillNames[edge.type]
  if (!name) throw internalError(`Input "${edge.name}" has type ${edge.type}, which a capsule cannot take.`)
  return name
}

/** The pattern's bytes (little-endian) for every input. */
export function patternInputs(inputs: readonly Edge[]): Uint8Array[] {
  let state = patternSeed
  return inputs.map((edge) => {
    const fill = fillFunction(edge)
    const width = bytesPerElement(edge.type)
    const bytes = new Uint8Array(sizeOf(edge.shape) * width)
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < bytes.length; at += width) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      if (fill === 'fillBytes') bytes[at] = state >>> 24
      else if (fill === 'fillBooleans') bytes[at] = state >>> 31
      else if (fill === 'fillFloats') view.setFloat32(at, ((state | 0) >> 24) / 16, true)
      else bytes[at] = state >>> 25
    }
    return bytes
  })
}
