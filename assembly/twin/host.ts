// SPDX-License-Identifier: MIT-0
// What a kernel may touch. This module's memory holds a copy of the capsule's linear memory at address 0, so that
// addresses are the capsule's own, and behind it the capsule's weight segment and some bytes for this module itself.

export let memoryBytes: u32 = 0
export let segment: usize = 0
export let segmentBytes: u32 = 0
/** Address of 256 bytes for the twin's own use. */
export let spare: usize = 0

export function bind(bytes: u32, segmentAddress: usize, bytesOfSegment: u32, spareAddress: usize): void {
  memoryBytes = bytes
  segment = segmentAddress
  segmentBytes = bytesOfSegment
  spare = spareAddress
}

export function inMemory(address: u32, bytes: u64): bool {
  return bytes <= <u64>memoryBytes && <u64>address <= <u64>memoryBytes - bytes
}

export function inSegment(offset: u32, bytes: u64): bool {
  return bytes <= <u64>segmentBytes && <u64>offset <= <u64>segmentBytes - bytes
}
