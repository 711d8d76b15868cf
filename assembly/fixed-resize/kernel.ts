// SPDX-License-Identifier: MIT-0
// fixed_resize: output[n][y][x][c] of int8 between four cells of input [BATCHES][height][width][CHANNELS], weights in 1/1024:
//   total = ((1024 - fx) * left + fx * right of the first row) * (1024 - fy) + the same of the second row * fy
//   output = total / 2^20, halves away from zero. |total| <= 128 * 2048^2 = 2^29.
// Entries, ROWS and then COLUMNS of them: [ first cell i32 | second cell i32 | weight of the second i32 ], cells in bytes.
import { copyWeights } from "../weights"
import { BATCHES, CHANNELS, COLUMNS, ENTRIES, IMAGE, INPUT, OUTPUT, ROWS, SCRATCH } from "./constants"

const ENTRY: usize = 12
const ROWS_END: usize = SCRATCH + ROWS * ENTRY
const COLUMNS_END: usize = ROWS_END + COLUMNS * ENTRY

export function run(): void {
  copyWeights(SCRATCH, ENTRIES, (ROWS + COLUMNS) * ENTRY)
  let output: usize = OUTPUT
  for (let image: usize = INPUT; image != INPUT + BATCHES * IMAGE; image += IMAGE) {
    for (let row: usize = SCRATCH; row != ROWS_END; row += ENTRY) {
      for (let column: usize = ROWS_END; column != COLUMNS_END; column += ENTRY) {
        interpolate(image + <usize>load<i32>(row), image + <usize>load<i32>(row, 4), load<i32>(row, 8), column, output)
        output += CHANNELS
      }
    }
  }
}

/** All channels of a pixel between two rows. */
function interpolate(first: usize, second: usize, fy: i32, column: usize, output: usize): void {
  const left = <usize>load<i32>(column)
  const right = <usize>load<i32>(column, 4)
  const fx = load<i32>(column, 8)
  const end = output + CHANNELS
  do {
    const upper = <i32>load<i8>(first + left) * (1024 - fx) + <i32>load<i8>(first + right) * fx
    const lower = <i32>load<i8>(second + left) * (1024 - fx) + <i32>load<i8>(second + right) * fx
    const total = upper * (1024 - fy) + lower * fy
    store<i8>(output, <i8>((total + select<i32>(1 << 19, -(1 << 19), total > 0)) / (1 << 20)))
    first++
    second++
    output++
  } while (output != end)
}
