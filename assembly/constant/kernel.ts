// SPDX-License-Identifier: MIT-0
// constant: output = BYTES bytes of the weight segment.
import { copyWeights } from "../weights"
import { OUTPUT, VALUE, BYTES } from "./constants"

export function run(): void {
  copyWeights(OUTPUT, VALUE, BYTES)
}
