// SPDX-License-Identifier: Apache-2.0
// Host kernels read weights where they lie in the file, a word at a time, and a Cortex-M takes longer over a word that is
// not aligned. An empty custom section before the data section brings the segment's bytes to a multiple of four.
import { ByteReader, sectionIds } from './module-sections.js'

const alignment = 4
/** Id, size and length of the empty name. */
const leastBytes = 3

/** Pre: the file has one passive segment. Post: its bytes begin at a multiple of 4 within the file. */
export function alignSegment(wasm: Uint8Array): Uint8Array {
  const { section, contents } = findSegment(wasm)
  let padding = -contents & (alignment - 1)
  if (padding === 0) return wasm
  if (padding < leastBytes) padding += alignment
  const filler = new Uint8Array(padding)
  filler.set([sectionIds.custom, padding - 2, 0])
  const aligned = new Uint8Array(wasm.length + padding)
  aligned.set(wasm.subarray(0, section))
  aligned.set(filler, section)
  aligned.set(wasm.subarray(section), section + padding)
  return aligned
}

/** Where the data section begins, and where the bytes of its segment do. */
function findSegment(wasm: Uint8Array): { section: number; contents: number } {
  const reader = new ByteReader(wasm, 8)
  for (;;) {
    const section = reader.at
    const id = reader.byte()
    const size = reader.u32()
    if (id !== sectionIds.data) {
      reader.take(size)
      continue
    }
    // Number of segments, flags, then the segment's length.
    for (let number = 0; number < 3; number++) reader.u32()
    return { section, contents: reader.at }
  }
}
