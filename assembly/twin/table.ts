// SPDX-License-Identifier: MIT-0
// table: output element = table[channel][input byte], elements of one or four bytes, [outer][channels][inner].
import { inMemory, inSegment, memoryBytes, segment } from "./host"

export function table(parameters: u32, input: u32, output: u32, _unused: u32): i32 {
  if (!inSegment(parameters, 16)) return 0
  const at = segment + parameters
  const size = <u32>load<u8>(at, 1)
  if (load<u8>(at) != 6 || (size != 1 && size != 4) || load<u16>(at, 2) != 0) return 0
  const outer = load<u32>(at, 4), channels = load<u32>(at, 8), inner = load<u32>(at, 12)
  const line = <u64>channels * <u64>inner
  if (outer == 0 || line == 0 || line > <u64>memoryBytes || <u64>outer * line > <u64>memoryBytes) return 0
  const elements = <u64>outer * line
  if (!inSegment(parameters, 16 + 256 * <u64>size * <u64>channels)) return 0
  if (!inMemory(input, elements) || !inMemory(output, elements * <u64>size)) return 0
  for (let i: u32 = 0; i < <u32>elements; i++) {
    const entries = at + 16 + <usize>((i / inner % channels) * 256 * size)
    const byte = <usize>load<u8>(input + i)
    if (size == 1) store<u8>(output + i, load<u8>(entries + byte))
    else store<u32>(output + 4 * i, load<u32>(entries + 4 * byte))
  }
  return 1
}
