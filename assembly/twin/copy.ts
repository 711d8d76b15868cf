// SPDX-License-Identifier: MIT-0
// copy: six loops around a run of bytes, each side with its own step per loop, which may be negative.
import { inSegment, memoryBytes, segment } from "./host"

const LOOPS: usize = 6
const FARTHEST: i64 = (<i64>1) << 40

export function copy(parameters: u32, input: u32, output: u32, _unused: u32): i32 {
  if (!inSegment(parameters, 80)) return 0
  const at = segment + parameters
  const run = load<u32>(at, 4)
  if (load<u32>(at) != 7 || run == 0) return 0
  let turns: u64 = 1
  for (let loop: usize = 0; loop < LOOPS; loop++) {
    turns *= <u64>load<u32>(at + 8 + 12 * loop)
    if (turns == 0 || turns > <u64>memoryBytes) return 0
  }
  if (!isInside(at, 4, input, run) || !isInside(at, 8, output, run)) return 0
  copyLoop(at + 8, LOOPS, input, output, run)
  return 1
}

/** Whether a side's steps, `offset` bytes into each loop, stay in memory. */
function isInside(at: usize, offset: usize, address: u32, run: u32): bool {
  let lowest: i64 = address, highest: i64 = address
  for (let loop: usize = 0; loop < LOOPS; loop++) {
    const place = at + 8 + 12 * loop
    const distance = (<i64>load<u32>(place) - 1) * <i64>load<i32>(place + offset)
    if (distance > FARTHEST || distance < -FARTHEST) return false
    if (distance < 0) lowest += distance
    else highest += distance
  }
  return lowest >= 0 && highest + <i64>run <= <i64>memoryBytes
}

function copyLoop(loop: usize, loops: usize, input: usize, output: usize, run: u32): void {
  if (loops == 0) {
    memory.copy(output, input, run)
    return
  }
  for (let i = load<u32>(loop); i != 0; i--) {
    copyLoop(loop + 12, loops - 1, input, output, run)
    input += <usize>load<i32>(loop, 4)
    output += <usize>load<i32>(loop, 8)
  }
}
