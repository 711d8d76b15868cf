// SPDX-License-Identifier: MIT-0
// plain_unary: one operation on each element, FROM in, TO out (the same but for casts).
import { INPUT, OUTPUT, OPERATION, FROM, TO, TO_BOOL, COUNT } from "./constants"

// OPERATION
const NEGATE: i32 = 0
const ABSOLUTE: i32 = 1
const SIGN: i32 = 2
const NOT: i32 = 3
const COMPLEMENT: i32 = 4
const SATURATE: i32 = 6

export function run(): void {
  let input: usize = INPUT
  let output: usize = OUTPUT
  do {
    store<TO>(output, apply(load<FROM>(input)))
    input += sizeof<FROM>()
    output += sizeof<TO>()
  } while (output != OUTPUT + COUNT * sizeof<TO>())
}

function apply(x: FROM): TO {
  if (OPERATION == NEGATE) return <TO>(0 - x)
  if (OPERATION == ABSOLUTE) return <TO>select<FROM>(<FROM>(0 - x), x, x < 0)
  if (OPERATION == SIGN) return <TO>(i32(x > 0) - i32(x < 0))
  if (OPERATION == NOT) return <TO>(x ^ 1)
  if (OPERATION == COMPLEMENT) return <TO>~x
  if (OPERATION == SATURATE) return saturate(x)
  if (TO_BOOL) return <TO>(x != 0)
  return cast(x)
}

// A float32 becomes an integer of at least 32 bits first: what does not fit there saturates, NaN gives 0.
function cast(x: FROM): TO {
  if (!isFloat<FROM>() || isFloat<TO>() || sizeof<TO>() >= 4) return <TO>x
  return isSigned<TO>() ? <TO><i32>x : <TO><u32>x
}

function saturate(x: FROM): TO {
  const least: i32 = sizeof<TO>() == 1 ? -128 : sizeof<TO>() == 2 ? -32768 : i32.MIN_VALUE
  return <TO>min<i32>(max<i32>(<i32>x, least), ~least)
}
