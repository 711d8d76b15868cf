// SPDX-License-Identifier: MIT-0
// where: y = condition ? a : b. ELEMENT has the elements' bytes, whatever they mean.
//   The output is dense, in its storage order; inputs have a step in bytes per loop, 0 where they are broadcast.
import {
  CONDITION, A, B, OUTPUT, ELEMENT, COUNT_0, COUNT_1, COUNT_2, COUNT_3, COUNT_4,
  CONDITION_STEP_0, CONDITION_STEP_1, CONDITION_STEP_2, CONDITION_STEP_3, CONDITION_STEP_4,
  A_STEP_0, A_STEP_1, A_STEP_2, A_STEP_3, A_STEP_4, B_STEP_0, B_STEP_1, B_STEP_2, B_STEP_3, B_STEP_4,
} from "./constants"

const SIZE_4: usize = COUNT_4 * sizeof<ELEMENT>()
const SIZE_3: usize = COUNT_3 * SIZE_4
const SIZE_2: usize = COUNT_2 * SIZE_3
const SIZE_1: usize = COUNT_1 * SIZE_2
const SIZE_0: usize = COUNT_0 * SIZE_1

export function run(): void {
  let output: usize = OUTPUT
  let c0: usize = CONDITION
  let a0: usize = A
  let b0: usize = B
  do {
    const end1 = output + SIZE_1
    let c1 = c0
    let a1 = a0
    let b1 = b0
    do {
      const end2 = output + SIZE_2
      let c2 = c1
      let a2 = a1
      let b2 = b1
      do {
        const end3 = output + SIZE_3
        let c3 = c2
        let a3 = a2
        let b3 = b2
        do {
          const end4 = output + SIZE_4
          let c = c3
          let a = a3
          let b = b3
          do {
            store<ELEMENT>(output, select<ELEMENT>(load<ELEMENT>(a), load<ELEMENT>(b), load<u8>(c)))
            output += sizeof<ELEMENT>()
            c += <usize>CONDITION_STEP_4
            a += <usize>A_STEP_4
            b += <usize>B_STEP_4
          } while (output != end4)
          c3 += <usize>CONDITION_STEP_3
          a3 += <usize>A_STEP_3
          b3 += <usize>B_STEP_3
        } while (output != end3)
        c2 += <usize>CONDITION_STEP_2
        a2 += <usize>A_STEP_2
        b2 += <usize>B_STEP_2
      } while (output != end2)
      c1 += <usize>CONDITION_STEP_1
      a1 += <usize>A_STEP_1
      b1 += <usize>B_STEP_1
    } while (output != end1)
    c0 += <usize>CONDITION_STEP_0
    a0 += <usize>A_STEP_0
    b0 += <usize>B_STEP_0
  } while (output != OUTPUT + SIZE_0)
}
