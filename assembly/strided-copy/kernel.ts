// SPDX-License-Identifier: MIT-0
// strided_copy: output[i0, ..., i5] = input[i0, ..., i5], each side with its own step in bytes per loop.
//   What is copied in the innermost loop: one ELEMENT, or a run of RUN_BYTES bytes where that is not 0.
// Counts are constants >= 1, output steps are not 0; input steps may be negative, or 0 (the same bytes again).
import {
  INPUT, OUTPUT, ELEMENT, RUN_BYTES,
  COUNT_0, COUNT_1, COUNT_2, COUNT_3, COUNT_4, COUNT_5,
  INPUT_STEP_0, INPUT_STEP_1, INPUT_STEP_2, INPUT_STEP_3, INPUT_STEP_4, INPUT_STEP_5,
  OUTPUT_STEP_0, OUTPUT_STEP_1, OUTPUT_STEP_2, OUTPUT_STEP_3, OUTPUT_STEP_4, OUTPUT_STEP_5,
} from "./constants"

export function run(): void {
  let input0: usize = INPUT
  let output0: usize = OUTPUT
  do {
    let input1 = input0
    let output1 = output0
    do {
      let input2 = input1
      let output2 = output1
      do {
        let input3 = input2
        let output3 = output2
        do {
          let input4 = input3
          let output4 = output3
          do {
            copyInnermost(input4, output4)
            input4 += <usize>INPUT_STEP_4
            output4 += <usize>OUTPUT_STEP_4
          } while (output4 != output3 + COUNT_4 * <usize>OUTPUT_STEP_4)
          input3 += <usize>INPUT_STEP_3
          output3 += <usize>OUTPUT_STEP_3
        } while (output3 != output2 + COUNT_3 * <usize>OUTPUT_STEP_3)
        input2 += <usize>INPUT_STEP_2
        output2 += <usize>OUTPUT_STEP_2
      } while (output2 != output1 + COUNT_2 * <usize>OUTPUT_STEP_2)
      input1 += <usize>INPUT_STEP_1
      output1 += <usize>OUTPUT_STEP_1
    } while (output1 != output0 + COUNT_1 * <usize>OUTPUT_STEP_1)
    input0 += <usize>INPUT_STEP_0
    output0 += <usize>OUTPUT_STEP_0
  } while (output0 != OUTPUT + COUNT_0 * <usize>OUTPUT_STEP_0)
}

const BY_FOUR: bool = RUN_BYTES == 0 && (COUNT_5 & 3) == 0

function copyInnermost(input: usize, output: usize): void {
  const end = output + COUNT_5 * <usize>OUTPUT_STEP_5
  do {
    copyNext(input, output)
    if (BY_FOUR) {
      copyNext(input + <usize>INPUT_STEP_5, output + <usize>OUTPUT_STEP_5)
      copyNext(input + <usize>INPUT_STEP_5 * 2, output + <usize>OUTPUT_STEP_5 * 2)
      copyNext(input + <usize>INPUT_STEP_5 * 3, output + <usize>OUTPUT_STEP_5 * 3)
    }
    input += <usize>INPUT_STEP_5 * (BY_FOUR ? 4 : 1)
    output += <usize>OUTPUT_STEP_5 * (BY_FOUR ? 4 : 1)
  } while (output != end)
}

// @ts-ignore: decorator
@inline
function copyNext(input: usize, output: usize): void {
  if (RUN_BYTES > 0) memory.copy(output, input, RUN_BYTES)
  else store<ELEMENT>(output, load<ELEMENT>(input))
}
