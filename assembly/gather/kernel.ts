// SPDX-License-Identifier: MIT-0
// gather: output[outer][k] = the RUN_BYTES bytes at input[outer] + offset k, for the COUNT offsets of the weight segment.
//   Offsets are brought into linear memory TILE at a time.
import { copyWeights } from "../weights"
import {
  INPUT, OUTPUT, OFFSETS, SCRATCH, OUTER, IMAGE_BYTES, COUNT, TILE, ELEMENT, RUN_BYTES, IS_RUN,
} from "./constants"

export function run(): void {
  let output: usize = OUTPUT
  for (let image: usize = INPUT; image != INPUT + OUTER * IMAGE_BYTES; image += IMAGE_BYTES) {
    for (let first: usize = 0; first < COUNT; first += TILE) {
      const count = min<usize>(TILE, COUNT - first)
      copyWeights(SCRATCH, OFFSETS + (first << 2), count << 2)
      for (let at: usize = SCRATCH; at != SCRATCH + (count << 2); at += 4) {
        copyRun(output, image + <usize>load<u32>(at))
        output += RUN_BYTES
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function copyRun(output: usize, input: usize): void {
  if (IS_RUN) memory.copy(output, input, RUN_BYTES)
  else store<ELEMENT>(output, load<ELEMENT>(input))
}
