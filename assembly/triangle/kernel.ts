// SPDX-License-Identifier: MIT-0
// triangle: elements on the wanted side of the diagonal column - row = DIAGONAL, itself included; 0 elsewhere.
import { INPUT, OUTPUT, ELEMENT, MATRICES, ROWS, COLUMNS, UPPER, DIAGONAL } from "./constants"

const SIZE: usize = MATRICES * <usize>ROWS * <usize>COLUMNS * sizeof<ELEMENT>()

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  do {
    let row: i32 = 0
    do {
      let column: i32 = 0
      do {
        const isKept = UPPER ? column - row >= DIAGONAL : column - row <= DIAGONAL
        store<ELEMENT>(output, select<ELEMENT>(load<ELEMENT>(input), 0, isKept))
        input += sizeof<ELEMENT>()
        output += sizeof<ELEMENT>()
      } while (++column != COLUMNS)
    } while (++row != ROWS)
  } while (output != OUTPUT + SIZE)
}
