// SPDX-License-Identifier: MIT-0
// table: output element = table[channel][input byte], 256 entries of ELEMENT per channel; one table has CHANNELS = 1.
//   Elements lie [OUTER][CHANNELS][INNER] in memory. One channel's table at a time is brought to scratch.
import { copyWeights } from "../weights"
import { INPUT, OUTPUT, TABLE, SCRATCH, ELEMENT, OUTER, CHANNELS, INNER } from "./constants"

const TABLE_BYTES: usize = 256 * sizeof<ELEMENT>()
const BY_FOUR: usize = INNER & ~3

export function run(): void {
  let table: usize = TABLE
  for (let first: usize = 0; first != CHANNELS * INNER; first += INNER) {
    copyWeights(SCRATCH, table, TABLE_BYTES)
    mapChannel(first)
    table += TABLE_BYTES
  }
}

function mapChannel(first: usize): void {
  const end = first + OUTER * CHANNELS * INNER
  do {
    let at = first
    if (BY_FOUR > 0) {
      do {
        mapElement(at)
        mapElement(at + 1)
        mapElement(at + 2)
        mapElement(at + 3)
        at += 4
      } while (at != first + BY_FOUR)
    }
    if (BY_FOUR < INNER) {
      do {
        mapElement(at)
        at++
      } while (at != first + INNER)
    }
    first += CHANNELS * INNER
  } while (first != end)
}

// @ts-ignore: decorator
@inline
function mapElement(at: usize): void {
  const entry = load<ELEMENT>(<usize>load<u8>(at, INPUT) * sizeof<ELEMENT>(), SCRATCH)
  store<ELEMENT>(at * sizeof<ELEMENT>(), entry, OUTPUT)
}
