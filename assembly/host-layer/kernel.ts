// SPDX-License-Identifier: MIT-0
// A layer that the host computes: everything about it but its addresses stands in its parameter block.
import { callHost, INPUT, OUTPUT, PARAMETERS, SCRATCH } from "./constants"

export function run(): void {
  callHost(PARAMETERS, INPUT, OUTPUT, SCRATCH)
}
