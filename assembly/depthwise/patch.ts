// SPDX-License-Identifier: MIT-0
// PATCH [PATCH_ACROSS][PATCH_ALONG] of i64 pairs: one channel of the input under two tiles. The second tile lies further
// along, so that a line begins with elements whose partner in the first tile is padding and ends the other way round:
//
//     first tile     ..aaaaaaaa       a, b: inside the input     .: padding, the same for every channel, so that it is
//     second tile    bbbbbbbb..                                     written once for all of them
import {
  ELEMENT, IN_ACROSS, IN_ACROSS_BYTES, IN_ALONG, IN_ALONG_BYTES, INPUT_ZERO_POINT, IS_PADDED, PATCH, PATCH_ACROSS, PATCH_ALONG
} from "./constants"

const FIRST_PADDING: i64 = INPUT_ZERO_POINT
const SECOND_PADDING: i64 = (<i64>INPUT_ZERO_POINT) << 32

/** Padding everywhere. */
export function clearPatch(): void {
  if (!IS_PADDED) return
  let pair: usize = PATCH
  do {
    store<i64>(pair, FIRST_PADDING + SECOND_PADDING)
    pair += 8
  } while (pair != PATCH + PATCH_ACROSS * PATCH_ALONG * 8)
}

/**
 * Writes what lies inside the input. `first` and `second` are the addresses of the tiles' first elements, which stand at
 * (inFirst, inAcross) and (inSecond, inAcross) in the input, negative in the padding. Pre: inFirst <= inSecond.
 */
export function fillPatch(first: usize, second: usize, inFirst: i32, inSecond: i32, inAcross: i32): void {
  let from: i32 = 0, to: i32 = PATCH_ACROSS
  let firstFrom: i32 = 0, firstTo: i32 = PATCH_ALONG, secondFrom: i32 = 0, secondTo: i32 = PATCH_ALONG
  if (IS_PADDED) {
    from = max(-inAcross, 0)
    to = min(IN_ACROSS - inAcross, PATCH_ACROSS)
    firstFrom = max(-inFirst, 0)
    firstTo = min(IN_ALONG - inFirst, PATCH_ALONG)
    secondFrom = max(-inSecond, 0)
    secondTo = min(IN_ALONG - inSecond, PATCH_ALONG)
  }
  for (let across = from; across < to; across++) {
    const line: usize = PATCH + across * (PATCH_ALONG * 8)
    const firstLine = first + across * IN_ACROSS_BYTES
    const secondLine = second + across * IN_ACROSS_BYTES
    if (IS_PADDED) {
      fillSecond(line, secondLine, secondFrom, min(firstFrom, secondTo))
      fillFirst(line, firstLine, max(firstFrom, secondTo), firstTo)
    }
    fillBoth(line, firstLine, secondLine, firstFrom, secondTo)
  }
}

function fillFirst(line: usize, source: usize, from: i32, to: i32): void {
  for (let along = from; along < to; along++) {
    store<i64>(line + (along << 3), <i64>load<ELEMENT>(source + along * IN_ALONG_BYTES) + SECOND_PADDING)
  }
}

function fillSecond(line: usize, source: usize, from: i32, to: i32): void {
  for (let along = from; along < to; along++) {
    store<i64>(line + (along << 3), FIRST_PADDING + (<i64>load<ELEMENT>(source + along * IN_ALONG_BYTES) << 32))
  }
}

function fillBoth(line: usize, first: usize, second: usize, from: i32, to: i32): void {
  if (to <= from) return
  let pair = line + (from << 3)
  first += from * IN_ALONG_BYTES
  second += from * IN_ALONG_BYTES
  const end = line + (to << 3)
  const blocksEnd = pair + ((end - pair) & ~31)
  while (pair != blocksEnd) {
    store<i64>(pair, <i64>load<ELEMENT>(first) + (<i64>load<ELEMENT>(second) << 32))
    store<i64>(pair, <i64>load<ELEMENT>(first, IN_ALONG_BYTES) + (<i64>load<ELEMENT>(second, IN_ALONG_BYTES) << 32), 8)
    store<i64>(pair, <i64>load<ELEMENT>(first, 2 * IN_ALONG_BYTES) + (<i64>load<ELEMENT>(second, 2 * IN_ALONG_BYTES) << 32), 16)
    store<i64>(pair, <i64>load<ELEMENT>(first, 3 * IN_ALONG_BYTES) + (<i64>load<ELEMENT>(second, 3 * IN_ALONG_BYTES) << 32), 24)
    first += 4 * IN_ALONG_BYTES
    second += 4 * IN_ALONG_BYTES
    pair += 32
  }
  while (pair != end) {
    store<i64>(pair, <i64>load<ELEMENT>(first) + (<i64>load<ELEMENT>(second) << 32))
    first += IN_ALONG_BYTES
    second += IN_ALONG_BYTES
    pair += 8
  }
}
