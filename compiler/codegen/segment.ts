// SPDX-License-Identifier: Apache-2.0
// Lays out the one passive segment: each step's bytes in execution order, equal ones stored once.
import type { Step } from './program.js'

export interface SegmentLayout {
  readonly bytes: Uint8Array
  /** Offset of each step's bytes, by step index; 0 where it has none. */
  readonly offsets: readonly number[]
  /** By step index: true where the step's bytes were stored for an earlier step. */
  readonly shared: readonly boolean[]
}

export function layoutSegment(steps: readonly Step[]): SegmentLayout {
  const offsets: number[] = []
  const shared: boolean[] = []
  const parts: Uint8Array[] = []
  const stored = new Map<string, number>()
  let end = 0
  for (const { segment } of steps) {
    // latin1 maps bytes to characters one to one, so the string is the content.
    const content = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength).toString('latin1')
    const known = stored.get(content)
    const isShared = segment.length > 0 && known !== undefined
    offsets.push(segment.length === 0 ? 0 : (known ?? end))
    shared.push(isShared)
    if (isShared || segment.length === 0) continue
    stored.set(content, end)
    parts.push(segment)
    end += segment.length
  }
  const bytes = new Uint8Array(end)
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return { bytes, offsets, shared }
}
