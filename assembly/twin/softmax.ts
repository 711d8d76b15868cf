// SPDX-License-Identifier: MIT-0
// softmax: rows [outer][length][inner] of 8-bit elements, by a table of 256 powers and their float32 sum, as ../softmax.
import { inMemory, inSegment, memoryBytes, segment } from "./host"
import { roundWithin } from "../quantize"

const BLOCK: usize = 32

export function softmax(parameters: u32, input: u32, output: u32, _unused: u32): i32 {
  if (!inSegment(parameters, <u64>BLOCK + 1024)) return 0
  const at = segment + parameters
  if (load<u8>(at) != 8 || load<u8>(at, 1) > 1 || load<u16>(at, 2) != 0) return 0
  for (let level: usize = 4; level < 12; level += 2) {
    const value = <i32>load<i16>(at + level)
    if (value < -128 || value > 255) return 0
  }
  if (load<i16>(at, 6) > load<i16>(at, 8)) return 0
  const outer = load<u32>(at, 12), length = load<u32>(at, 16), inner = load<u32>(at, 20)
  const line = <u64>length * <u64>inner
  if (outer == 0 || line == 0 || line > <u64>memoryBytes || <u64>outer * line > <u64>memoryBytes) return 0
  const elements = <u64>outer * line
  if (!inMemory(input, elements) || !inMemory(output, elements)) return 0
  for (let i: u32 = 0; i < outer; i++) {
    for (let j: u32 = 0; j < inner; j++) {
      const start = i * <u32>line + j
      row(at, input + start, output + start, length, inner)
    }
  }
  return 1
}

function row(at: usize, input: usize, output: usize, length: u32, inner: usize): void {
  let greatest = element(at, input), sum: f32 = 0
  for (let j: usize = 1; j < length; j++) greatest = max(greatest, element(at, input + j * inner))
  for (let j: usize = 0; j < length; j++) sum += power(at, input + j * inner, greatest)
  const zeroPoint = <i32>load<i16>(at, 4)
  const low = <i32>load<i16>(at, 6) - zeroPoint, high = <i32>load<i16>(at, 8) - zeroPoint
  for (let j: usize = 0; j < length; j++) {
    const scaled = power(at, input + j * inner, greatest) * load<f32>(at, 24) / sum
    const isBeyond = scaled >= load<f32>(at, 28)
    store<u8>(output + j * inner, <u8>(isBeyond ? load<i16>(at, 10) : roundWithin(scaled, low, high) + zeroPoint))
  }
}

function element(at: usize, place: usize): i32 {
  return load<u8>(at, 1) == 1 ? <i32>load<u8>(place) : <i32>load<i8>(place)
}

function power(at: usize, place: usize, greatest: i32): f32 {
  return load<f32>(at + BLOCK + (<usize>(255 - greatest + element(at, place)) << 2))
}
