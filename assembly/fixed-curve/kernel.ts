// SPDX-License-Identifier: MIT-0
// fixed_curve: output = curve((input * MULTIPLIER + half) >> SHIFT) in 1/32768, for COUNT int16 elements (../curves).
import { copyWeights } from "../weights"
import { logistic16, tanh16 } from "../curves"
import { COUNT, INPUT, IS_TANH, MULTIPLIER, OUTPUT, SCRATCH, SHIFT, TABLE } from "./constants"

const HALF: i32 = SHIFT > 0 ? 1 << (SHIFT - 1) : 0

export function run(): void {
  copyWeights(SCRATCH, TABLE, 512)
  let input: usize = INPUT
  let output: usize = OUTPUT
  do {
    const v = (<i32>load<i16>(input) * MULTIPLIER + HALF) >> SHIFT
    store<i16>(output, <i16>(IS_TANH ? tanh16(v, SCRATCH) : logistic16(v, SCRATCH)))
    input += 2
    output += 2
  } while (input != INPUT + COUNT * 2)
}
