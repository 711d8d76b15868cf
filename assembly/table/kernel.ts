// SPDX-License-Identifier: MIT-0
// table: output element = table[channel][input byte], 256 entries of ELEMENT per channel; one table has CHANNELS = 1.
//   Elements lie [OUTER][CHANNELS][INNER] in memory. One channel's table at a time is brought to scratch.
import { copyWeights } from "../weights"
import { INPUT, OUTPUT, TABLE, SCRATCH, ELEMENT, OUTER, CHANNELS, INNER } from "./constants"

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  let table: usize = TABLE
  do {
    copyWeights(SCRATCH, table, 256 * sizeof<ELEMENT>())
    mapChannel(input, output)
    table += 256 * sizeof<ELEMENT>()
    input += INNER
    output += INNER * sizeof<ELEMENT>()
  } while (input != INPUT + CHANNELS * INNER)
}

function mapChannel(input: usize, output: usize): void {
  const rowsEnd = input + OUTER * CHANNELS * INNER
  do {
    const rowEnd = input + INNER
    do {
      store<ELEMENT>(output, load<ELEMENT>(SCRATCH + <usize>load<u8>(input) * sizeof<ELEMENT>()))
      input++
      output += sizeof<ELEMENT>()
    } while (input != rowEnd)
    input += (CHANNELS - 1) * INNER
    output += (CHANNELS - 1) * INNER * sizeof<ELEMENT>()
  } while (input != rowsEnd)
}
