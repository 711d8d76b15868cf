// SPDX-License-Identifier: MIT-0
// fill: every element of output = the element whose bits are VALUE. COUNT >= 1 elements.
import { OUTPUT, COUNT, VALUE, ELEMENT, IS_BYTE } from "./constants"

export function run(): void {
  if (IS_BYTE) {
    memory.fill(OUTPUT, <u8>VALUE, COUNT)
  } else {
    let output: usize = OUTPUT
    do {
      store<ELEMENT>(output, <ELEMENT>VALUE)
      output += sizeof<ELEMENT>()
    } while (output != OUTPUT + COUNT * sizeof<ELEMENT>())
  }
}
