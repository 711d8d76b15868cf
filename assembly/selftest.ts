// SPDX-License-Identifier: MIT-0
// The power-on self test's parts: a fixed pattern for each type of input, and the checksum FNV-1a (32 bits):
// hash' = (hash ^ byte) * 16777619, from 0x811c9dc5. Pattern: state' = state * 1664525 + 1013904223 for each element,
// whose value comes from the state's high bits. compiler/codegen/selftest.ts is the exact twin.
import { copyWeights } from "./weights"

// @ts-ignore: decorator
@inline function next(state: u32): u32 {
  return state * 1664525 + 1013904223
}

/** int8 and uint8: every byte value. */
export function fillBytes(address: usize, count: usize, state: u32): u32 {
  for (let i: usize = 0; i < count; i++) {
    state = next(state)
    store<u8>(address + i, <u8>(state >> 24))
  }
  return state
}

/** bool: 0 or 1. */
export function fillBooleans(address: usize, count: usize, state: u32): u32 {
  for (let i: usize = 0; i < count; i++) {
    state = next(state)
    store<u8>(address + i, <u8>(state >> 31))
  }
  return state
}

/** 2-byte integers: 0 to 127, which is in the domain of every index and count. */
export function fillIntegers16(address: usize, count: usize, state: u32): u32 {
  for (let i: usize = 0; i < count; i++) {
    state = next(state)
    store<u16>(address + (i << 1), <u16>(state >> 25))
  }
  return state
}

/** 4-byte integers: 0 to 127. */
export function fillIntegers32(address: usize, count: usize, state: u32): u32 {
  for (let i: usize = 0; i < count; i++) {
    state = next(state)
    store<u32>(address + (i << 2), state >> 25)
  }
  return state
}

/** 8-byte integers: 0 to 127. */
export function fillIntegers64(address: usize, count: usize, state: u32): u32 {
  for (let i: usize = 0; i < count; i++) {
    state = next(state)
    store<u64>(address + (i << 3), <u64>(state >> 25))
  }
  return state
}

/** float32: multiples of 1/16 from -8 to 7.9375. */
export function fillFloats(address: usize, count: usize, state: u32): u32 {
  for (let i: usize = 0; i < count; i++) {
    state = next(state)
    store<f32>(address + (i << 2), <f32>(<i32>state >> 24) * <f32>0.0625)
  }
  return state
}

export function hashBytes(address: usize, bytes: usize, hash: u32): u32 {
  for (let i: usize = 0; i < bytes; i++) {
    hash = (hash ^ <u32>load<u8>(address + i)) * 16777619
  }
  return hash
}

/** Hash of the whole weight segment, read in pieces of at most `pieceBytes` through the buffer. */
export function hashWeights(buffer: usize, pieceBytes: usize, segmentBytes: usize, hash: u32): u32 {
  for (let offset: usize = 0; offset < segmentBytes; offset += pieceBytes) {
    const bytes = min<usize>(pieceBytes, segmentBytes - offset)
    copyWeights(buffer, offset, bytes)
    hash = hashBytes(buffer, bytes, hash)
  }
  return hash
}
