// SPDX-License-Identifier: MIT-0
// fixed_unary: y = clamp(+-M(x - zero point) + zero point), one multiplier at and above 0 and another one below, as TFLite
//   Micro requantizes and as its LEAKY_RELU does. Elements of ELEMENT to elements of RESULT, in one order.
import { multiplyFixed } from "../requantize"
import { clamp } from "../primitives"
import {
  ELEMENT, RESULT, INPUT, OUTPUT, COUNT, INPUT_ZERO_POINT, POSITIVE, POSITIVE_LEFT, POSITIVE_RIGHT, NEGATIVE, NEGATIVE_LEFT,
  NEGATIVE_RIGHT, IS_NEGATED, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX,
} from "./constants"

const IS_LINEAR: bool =
  POSITIVE == NEGATIVE && POSITIVE_LEFT == NEGATIVE_LEFT && POSITIVE_RIGHT == NEGATIVE_RIGHT && !IS_NEGATED

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  do {
    const x = <i32>load<ELEMENT>(input) - INPUT_ZERO_POINT
    const above = multiplyFixed(x << POSITIVE_LEFT, POSITIVE, POSITIVE_RIGHT)
    let scaled = above
    if (!IS_LINEAR) {
      const below = multiplyFixed(x << NEGATIVE_LEFT, NEGATIVE, NEGATIVE_RIGHT)
      scaled = select<i32>(above, IS_NEGATED ? -below : below, x >= 0)
    }
    store<RESULT>(output, <RESULT>clamp(scaled + OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX))
    input += sizeof<ELEMENT>()
    output += sizeof<RESULT>()
  } while (input != INPUT + COUNT * sizeof<ELEMENT>())
}
