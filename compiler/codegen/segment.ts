// SPDX-License-Identifier: Apache-2.0
// Lays out the one passive segment: each step's bytes in execution order, then the initial values of states; equal ones
// stored once.
import type { Program } from './program.js'

export interface SegmentLayout {
  readonly bytes: Uint8Array
  /** Offset of each step's bytes, by step index; 0 where it has none. */
  readonly offsets: readonly number[]
  /** By step index: true where the step's bytes were stored for an earlier step. */
  readonly shared: readonly boolean[]
  /** Offset of each state's initial value; null where one byte fills it. */
  readonly initials: readonly (number | null)[]
}

export function layoutSegment({ steps, states = [] }: Pick<Program, 'steps' | 'states'>): SegmentLayout {
  const offsets: number[] = []
  const shared: boolean[] = []
  const parts: Uint8Array[] = []
  const stored = new Map<string, number>()
  let end = 0
  const place = (part: Uint8Array): { offset: number; isShared: boolean } => {
    if (part.length === 0) return { offset: 0, isShared: false }
    // latin1 maps bytes to characters one to one, so the string is the content.
    const content = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1')
    const known = stored.get(content)
    if (known !== undefined) return { offset: known, isShared: true }
    const offset = end
    stored.set(content, offset)
    parts.push(part)
    end += part.length
    return { offset, isShared: false }
  }
  for (const { segment } of steps) {
    const { offset, isShared } = place(segment)
    offsets.push(offset)
    shared.push(isShared)
  }
  const initials = states.map(({ initial }) => (isUniform(initial) ? null : place(initial).offset))
  const bytes = new Uint8Array(end)
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return { bytes, offsets, shared, initials }
}

const isUniform = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === bytes[0])
