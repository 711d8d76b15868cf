// SPDX-License-Identifier: MIT-0
// binary: sums and products of two 8-bit tensors by the forms of ../elementwise, and functions of two bytes as tables.
//   The fourth argument is the second input.
import { roundPairFloat, roundPairPlain, roundPairWindow } from "../elementwise"
import { dequantize } from "../quantize"
import { clamp } from "../primitives"
import { roundDouble } from "./finish"
import { inMemory, inSegment, memoryBytes, segment } from "./host"

const LOOPS: usize = 5
const BLOCK: u64 = 76

export function binary(parameters: u32, a: u32, output: u32, b: u32): i32 {
  if (!inSegment(parameters, BLOCK)) return 0
  const at = segment + parameters
  if (load<u8>(at) != 5 || load<u8>(at, 2) > 1 || load<u8>(at, 3) > (load<u8>(at, 1) == 6 ? 2 : 1) || load<u16>(at, 14) != 0) return 0
  for (let level: usize = 4; level < 14; level += 2) {
    const value = <i32>load<i16>(at + level)
    if (value < -128 || value > 255) return 0
  }
  if (load<i16>(at, 10) > load<i16>(at, 12)) return 0
  const size = contentsSize(load<u8>(at, 1))
  if (size == 0 || !inSegment(parameters, BLOCK + size)) return 0
  if (load<u8>(at, 1) <= 1) {
    const shift = load<u32>(at + <usize>BLOCK, 32)
    if (shift == 0 || shift > 62) return 0
  }
  if (!checkLoops(at, a, output, b)) return 0
  combineLoop(at, at + 16, LOOPS, a, output, b)
  return 1
}

/** Bytes behind the block; 0 for a form that does not exist. */
function contentsSize(form: i32): u64 {
  if (form <= 1 || form == 6) return 36
  return form == 3 ? 12 : form == 5 ? 65536 : 0
}

function checkLoops(at: usize, a: u32, output: u32, b: u32): bool {
  const available = <u64>memoryBytes
  let outputs: u64 = 1, reachA: u64 = 1, reachB: u64 = 1
  for (let loop: usize = 0; loop < LOOPS; loop++) {
    const place = at + 16 + 4 * loop
    const count = <u64>load<u32>(place)
    outputs *= count
    if (outputs == 0 || outputs > available) return false
    reachA += (count - 1) * <u64>load<u32>(place, 20)
    reachB += (count - 1) * <u64>load<u32>(place, 40)
    if (reachA > available || reachB > available) return false
  }
  return inMemory(a, reachA) && inMemory(b, reachB) && inMemory(output, outputs)
}

/** Returns where the output goes on. */
function combineLoop(at: usize, loop: usize, loops: usize, a: usize, output: usize, b: usize): usize {
  if (loops == 0) {
    store<u8>(output, <u8>combine(at, a, b))
    return output + 1
  }
  for (let i = load<u32>(loop); i != 0; i--) {
    output = combineLoop(at, loop + 4, loops - 1, a, output, b)
    a += load<u32>(loop, 20)
    b += load<u32>(loop, 40)
  }
  return output
}

function combine(at: usize, a: usize, b: usize): i32 {
  const form = load<u8>(at, 1), contents = at + <usize>BLOCK
  if (form == 5) return load<u8>(contents + (<usize>load<u8>(a) << 8 | <usize>load<u8>(b)))
  const operation = load<u8>(at, 3)
  const isUnsigned = load<u8>(at, 2) == 1, isProduct = operation == 1
  const left = isUnsigned ? <i32>load<u8>(a) : <i32>load<i8>(a)
  const right = isUnsigned ? <i32>load<u8>(b) : <i32>load<i8>(b)
  const zeroA = <i32>load<i16>(at, 4), zeroB = <i32>load<i16>(at, 6)
  const low = <i32>load<i16>(at, 10), high = <i32>load<i16>(at, 12)
  if (form == 3) {
    const realA = dequantize(left, zeroA, load<f32>(contents)), realB = dequantize(right, zeroB, load<f32>(contents, 4))
    const combined = isProduct ? realA * realB : realA + realB
    return roundPairFloat(combined, load<f32>(contents, 8), load<i16>(at, 8), low, high)
  }
  if (form == 6) {
    let value = (left - zeroA) * (right - zeroB)
    if (!isProduct) {
      const a = roundDouble(left - zeroA, contents), b = roundDouble(right - zeroB, contents + 12)
      value = operation == 0 ? a + b : a - b
    }
    return clamp(roundDouble(value, contents + 24) + load<i16>(at, 8), low, high)
  }
  const sum = isProduct
    ? <i64>((left - zeroA) * (right - zeroB)) * load<i64>(contents)
    : <i64>left * load<i64>(contents) + <i64>right * load<i64>(contents, 8)
  const addend = load<i64>(contents, 16), window = load<i64>(contents, 24), shift = <i64>load<u32>(contents, 32)
  return form == 0
    ? roundPairPlain(sum, addend, shift, window, low, high)
    : roundPairWindow(sum, addend, shift, window, low, high)
}
