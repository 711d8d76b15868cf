// SPDX-License-Identifier: MIT-0
// plain_binary: y = a op b in ELEMENT, or a comparison into bool. Nothing traps: a divisor of 0 gives 0.
//   The output is dense, in its storage order; a and b have a step in bytes per loop, 0 where they are broadcast.
import {
  A, B, OUTPUT, OPERATION, ELEMENT, OUTPUT_BYTES,
  COUNT_0, COUNT_1, COUNT_2, COUNT_3, COUNT_4, A_STEP_0, A_STEP_1, A_STEP_2, A_STEP_3, A_STEP_4,
  B_STEP_0, B_STEP_1, B_STEP_2, B_STEP_3, B_STEP_4,
} from "./constants"

// OPERATION
const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MULTIPLY: i32 = 2
const DIVIDE: i32 = 3
const MODULO: i32 = 4
const REMAINDER: i32 = 5
const MINIMUM: i32 = 6
const MAXIMUM: i32 = 7
const AND: i32 = 8
const OR: i32 = 9
const XOR: i32 = 10
const SHIFT_LEFT: i32 = 11
const EQUAL: i32 = 13
const LESS: i32 = 14
const LESS_OR_EQUAL: i32 = 15
const GREATER: i32 = 16

const BITS: ELEMENT = <ELEMENT>(sizeof<ELEMENT>() * 8)
const SIZE_4: usize = COUNT_4 * OUTPUT_BYTES
const SIZE_3: usize = COUNT_3 * SIZE_4
const SIZE_2: usize = COUNT_2 * SIZE_3
const SIZE_1: usize = COUNT_1 * SIZE_2
const SIZE_0: usize = COUNT_0 * SIZE_1

export function run(): void {
  let output: usize = OUTPUT
  let a0: usize = A
  let b0: usize = B
  do {
    const end1 = output + SIZE_1
    let a1 = a0
    let b1 = b0
    do {
      const end2 = output + SIZE_2
      let a2 = a1
      let b2 = b1
      do {
        const end3 = output + SIZE_3
        let a3 = a2
        let b3 = b2
        do {
          const end4 = output + SIZE_4
          let a = a3
          let b = b3
          do {
            write(output, load<ELEMENT>(a), load<ELEMENT>(b))
            output += OUTPUT_BYTES
            a += <usize>A_STEP_4
            b += <usize>B_STEP_4
          } while (output != end4)
          a3 += <usize>A_STEP_3
          b3 += <usize>B_STEP_3
        } while (output != end3)
        a2 += <usize>A_STEP_2
        b2 += <usize>B_STEP_2
      } while (output != end2)
      a1 += <usize>A_STEP_1
      b1 += <usize>B_STEP_1
    } while (output != end1)
    a0 += <usize>A_STEP_0
    b0 += <usize>B_STEP_0
  } while (output != OUTPUT + SIZE_0)
}

// @ts-ignore: decorator
@inline
function write(output: usize, a: ELEMENT, b: ELEMENT): void {
  if (OPERATION >= EQUAL) store<u8>(output, <u8>compare(a, b))
  else store<ELEMENT>(output, combine(a, b))
}

function compare(a: ELEMENT, b: ELEMENT): bool {
  if (OPERATION == EQUAL) return a == b
  if (OPERATION == LESS) return a < b
  if (OPERATION == LESS_OR_EQUAL) return a <= b
  if (OPERATION == GREATER) return a > b
  return a >= b
}

function combine(a: ELEMENT, b: ELEMENT): ELEMENT {
  if (OPERATION == ADD) return a + b
  if (OPERATION == SUBTRACT) return a - b
  if (OPERATION == MULTIPLY) return a * b
  if (OPERATION == DIVIDE) return select<ELEMENT>(0, a / divisor(a, b), b == 0)
  if (OPERATION == MODULO) return modulo(a, b)
  if (OPERATION == REMAINDER) return remainder(a, b)
  if (OPERATION == MINIMUM) return select<ELEMENT>(a, b, a < b)
  if (OPERATION == MAXIMUM) return select<ELEMENT>(a, b, a > b)
  if (OPERATION == AND) return a & b
  if (OPERATION == OR) return a | b
  if (OPERATION == XOR) return a ^ b
  if (OPERATION == SHIFT_LEFT) return select<ELEMENT>(a << b, 0, b < BITS)
  return select<ELEMENT>(a >> b, 0, b < BITS)
}

/** b, or 1 where a / b would trap: the quotient is then a, which is least / -1 wrapped. */
// @ts-ignore: decorator
@inline
function divisor(a: ELEMENT, b: ELEMENT): ELEMENT {
  if (isSigned<ELEMENT>()) {
    const least = <ELEMENT>((<i64>-1) << (sizeof<ELEMENT>() * 8 - 1))
    return select<ELEMENT>(1, b, i32(b == 0) | (i32(b == <ELEMENT>-1) & i32(a == least)))
  }
  return select<ELEMENT>(1, b, b == 0)
}

// A divisor of 0 becomes 1, of which every remainder is 0.
// @ts-ignore: decorator
@inline
function modulo(a: ELEMENT, b: ELEMENT): ELEMENT {
  const by = select<ELEMENT>(1, b, b == 0)
  const rest: ELEMENT = a % by
  if (!isSigned<ELEMENT>()) return rest
  return rest + select<ELEMENT>(by, 0, i32(rest != 0) & i32((rest ^ by) < 0))
}

// @ts-ignore: decorator
@inline
function remainder(a: ELEMENT, b: ELEMENT): ELEMENT {
  if (sizeof<ELEMENT>() < 8) return a % select<ELEMENT>(1, b, b == 0)
  // |f64 of an int64| <= 2^63 is a whole number that u64 holds.
  const by = <u64>abs<f64>(<f64>b)
  const rest = <i64>(<u64>abs<f64>(<f64>a) % select<u64>(1, by, by == 0))
  return <ELEMENT>select<i64>(-rest, rest, a < 0)
}
