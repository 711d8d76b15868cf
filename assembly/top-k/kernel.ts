// SPDX-License-Identifier: MIT-0
// top_k: output[outer][0..CHOSEN-1][inner] = the greatest (or least) elements of input[outer][0..LENGTH-1][inner], best first,
//   of equal ones the first; or their indices as int64. Each search goes over the whole row and takes the best element
//   that comes after the one found before: the same work for every input.
import { INPUT, OUTPUT, ELEMENT, OUTER, LENGTH, INNER, CHOSEN, IS_LARGEST, YIELDS_INDICES } from "./constants"

const STEP: usize = INNER * sizeof<ELEMENT>()
const OUTPUT_SIZE: usize = YIELDS_INDICES ? 8 : sizeof<ELEMENT>()
/** Beyond every element. */
const NONE: i32 = -1024

export function run(): void {
  for (let outer: usize = 0; outer < OUTER; outer++) {
    for (let inner: usize = 0; inner < INNER; inner++) {
      const row = INPUT + outer * LENGTH * STEP + inner * sizeof<ELEMENT>()
      chooseOfRow(row, OUTPUT + (outer * CHOSEN * INNER + inner) * OUTPUT_SIZE)
    }
  }
}

/** Greater ranks come first. */
// @ts-ignore: decorator
@inline
function rankAt(cell: usize): i32 {
  const value = <i32>load<ELEMENT>(cell)
  return IS_LARGEST ? value : -value
}

function chooseOfRow(row: usize, output: usize): void {
  let lastRank: i32 = -NONE
  let lastIndex: i32 = -1
  for (let chosen: usize = 0; chosen < CHOSEN; chosen++) {
    let bestRank = NONE
    let bestIndex: i32 = 0
    for (let index: i32 = 0; index < <i32>LENGTH; index++) {
      const rank = rankAt(row + <usize>index * STEP)
      const isOpen = i32(rank < lastRank) | (i32(rank == lastRank) & i32(index > lastIndex))
      const isBetter = isOpen & i32(rank > bestRank)
      bestRank = select<i32>(rank, bestRank, isBetter)
      bestIndex = select<i32>(index, bestIndex, isBetter)
    }
    if (YIELDS_INDICES) store<i64>(output, <i64>bestIndex)
    else store<u8>(output, load<u8>(row + <usize>bestIndex * STEP))
    lastRank = bestRank
    lastIndex = bestIndex
    output += INNER * OUTPUT_SIZE
  }
}
