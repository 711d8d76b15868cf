// SPDX-License-Identifier: MIT-0
// arg_max: output[outer][inner] = index of the greatest element of input[outer][0..LENGTH-1][inner], as INDEX;
//   of equal ones the first, or the last with SELECT_LAST.
import { INPUT, OUTPUT, ELEMENT, INDEX, OUTER, LENGTH, INNER, SELECT_LAST } from "./constants"

const STEP: usize = INNER * sizeof<ELEMENT>()

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  do {
    const rowsEnd = input + STEP
    do {
      store<INDEX>(output, <INDEX>greatest(input))
      input += sizeof<ELEMENT>()
      output += sizeof<INDEX>()
    } while (input != rowsEnd)
    input += (LENGTH - 1) * STEP
  } while (input != INPUT + OUTER * LENGTH * STEP)
}

function greatest(input: usize): u32 {
  let best = load<ELEMENT>(input)
  let bestIndex: u32 = 0
  for (let index: u32 = 1; index < <u32>LENGTH; index++) {
    input += STEP
    const value = load<ELEMENT>(input)
    const isBetter = SELECT_LAST ? value >= best : value > best
    best = select<ELEMENT>(value, best, isBetter)
    bestIndex = select<u32>(index, bestIndex, isBetter)
  }
  return bestIndex
}
