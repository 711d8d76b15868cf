// SPDX-License-Identifier: MIT-0
// cumulative_sum: elements lie [OUTER][LENGTH][INNER] in memory; each row along LENGTH becomes its running sums.
import { INPUT, OUTPUT, ELEMENT, OUTER, LENGTH, INNER, EXCLUSIVE, REVERSE } from "./constants"

const STEP: usize = INNER * sizeof<ELEMENT>()
const BLOCK: usize = LENGTH * STEP

export function run(): void {
  let block: usize = 0
  do {
    let row = block
    do {
      sumRow(row)
      row += sizeof<ELEMENT>()
    } while (row != block + STEP)
    block += BLOCK
  } while (block != OUTER * BLOCK)
}

function sumRow(first: usize): void {
  let sum: ELEMENT = 0
  let at = REVERSE ? first + BLOCK - STEP : first
  const end = REVERSE ? first - STEP : first + BLOCK
  do {
    const next: ELEMENT = sum + load<ELEMENT>(at, INPUT)
    store<ELEMENT>(at, EXCLUSIVE ? sum : next, OUTPUT)
    sum = next
    at = REVERSE ? at - STEP : at + STEP
  } while (at != end)
}
