// SPDX-License-Identifier: MIT-0
// matrix_product: output[m][n] = requantize(bias[n] + sum over k of (a[m][k] - za) * (b[k][n] - zb[n])), per batch.
//   The fourth argument is b.
import { requantizeFloat, requantizeFull, requantizePlain, requantizeWindow } from "../requantize"
import { inMemory, inSegment, memoryBytes, segment } from "./host"

const BLOCK: usize = 80

export function matrix_product(parameters: u32, a: u32, output: u32, b: u32): i32 {
  if (!inSegment(parameters, BLOCK)) return 0
  const at = segment + parameters
  if (load<u8>(at) != 9 || load<u8>(at, 1) > 3 || load<u8>(at, 2) > 3 || load<u8>(at, 3) != 0) return 0
  for (let level: usize = 4; level < 12; level += 2) {
    const value = <i32>load<i16>(at + level)
    if (value < -128 || value > 255) return 0
  }
  if (load<i16>(at, 8) > load<i16>(at, 10)) return 0
  const records = load<u32>(at, 76), columns = load<u32>(at, 56)
  if (records != 1 && records != columns) return 0
  if (!inSegment(parameters, BLOCK + <u64>records * <u64>(recordBytes(at) + 4))) return 0
  if (!checkSizes(at, a, output, b)) return 0
  for (let i: u32 = 0; i < load<u32>(at, 12); i++) {
    for (let j: u32 = 0; j < load<u32>(at, 16); j++) {
      for (let k: u32 = 0; k < load<u32>(at, 20); k++) {
        const left = a + i * load<u32>(at, 24) + j * load<u32>(at, 28) + k * load<u32>(at, 32)
        const right = b + i * load<u32>(at, 36) + j * load<u32>(at, 40) + k * load<u32>(at, 44)
        multiply(at, left, right, output)
        output += load<u32>(at, 48) * columns
      }
    }
  }
  return 1
}

function recordBytes(at: usize): u32 {
  const form = load<u8>(at, 1)
  return form == 1 ? 16 : form == 3 ? 8 : 12
}

/** Counts from `from` on in the block, and their steps: bytes from the first to the last element. 0: too many. */
function reach(at: usize, bytes: u64, count: usize, step: usize): u64 {
  const turns = <u64>load<u32>(at + count)
  if (bytes == 0 || turns == 0) return 0
  const all = bytes + (turns - 1) * <u64>load<u32>(at + step)
  return all > <u64>memoryBytes ? 0 : all
}

function checkSizes(at: usize, a: u32, output: u32, b: u32): bool {
  let outputs: u64 = 1, left: u64 = 1, right: u64 = 1
  for (let loop: usize = 0; loop < 3; loop++) {
    outputs *= <u64>load<u32>(at + 4 * loop, 12)
    if (outputs == 0 || outputs > <u64>memoryBytes) return false
    left = reach(at, left, 12 + 4 * loop, 24 + 4 * loop)
    right = reach(at, right, 12 + 4 * loop, 36 + 4 * loop)
  }
  for (let size: usize = 48; size < 60; size += 4) {
    if (size == 52) continue
    outputs *= <u64>load<u32>(at + size)
    if (outputs == 0 || outputs > <u64>memoryBytes) return false
  }
  left = reach(at, reach(at, left, 48, 60), 52, 64)
  right = reach(at, reach(at, right, 52, 68), 56, 72)
  return load<u32>(at, 52) <= memoryBytes && left != 0 && right != 0
    && inMemory(a, left) && inMemory(b, right) && inMemory(output, outputs)
}

function multiply(at: usize, a: u32, b: u32, output: u32): void {
  const columns = load<u32>(at, 56), recordStep = load<u32>(at, 76) == 1 ? 0 : recordBytes(at) + 4
  for (let m: u32 = 0; m < load<u32>(at, 48); m++) {
    for (let n: u32 = 0; n < columns; n++) {
      const record = at + BLOCK + n * recordStep
      const sum = sumOf(at, a + m * load<u32>(at, 60), b + n * load<u32>(at, 72), load<i32>(record + recordBytes(at)))
      store<u8>(output++, <u8>requantize(at, load<i32>(record) + sum, record))
    }
  }
}

function sumOf(at: usize, a: u32, b: u32, zero: i32): i32 {
  let sum = 0
  for (let k = load<u32>(at, 52); k != 0; k--) {
    sum += (element(a, load<u8>(at, 2) & 1) - load<i16>(at, 4)) * (element(b, load<u8>(at, 2) & 2) - zero)
    a += load<u32>(at, 64)
    b += load<u32>(at, 68)
  }
  return sum
}

function element(at: u32, isUnsigned: i32): i32 {
  return isUnsigned != 0 ? <i32>load<u8>(at) : <i32>load<i8>(at)
}

function requantize(at: usize, accumulator: i32, record: usize): i32 {
  const zeroPoint = <i32>load<i16>(at, 6), low = <i32>load<i16>(at, 8), high = <i32>load<i16>(at, 10)
  switch (load<u8>(at, 1)) {
    case 0: return requantizePlain(accumulator, record, zeroPoint, low, high)
    case 1: return requantizeWindow(accumulator, record, zeroPoint, low, high)
    case 2: return requantizeFull(accumulator, record, zeroPoint, low, high)
    default: return requantizeFloat(accumulator, record, zeroPoint, low, high)
  }
}
