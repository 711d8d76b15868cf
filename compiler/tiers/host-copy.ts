// SPDX-License-Identifier: Apache-2.0
// Copies as calls of the host's kernel `copy` (docs/kernels.md).
import type { Step } from '../codegen/program.js'
import type { HostCall } from './host-step.js'
import { hostKernels } from './kernel-interface.js'
import { addressOf, numberOf, typeOf } from './step-constants.js'

/** Fewer turns of the loops cost less in the capsule than the call does. */
const FEWEST_TURNS = 16

const elementBytes: Readonly<Record<string, number>> = { i8: 1, i16: 2, i32: 4, i64: 8 }
const loops = [0, 1, 2, 3, 4, 5]

export function copyCall(step: Step): HostCall | null {
  const counts = loops.map((loop) => numberOf(step, `COUNT_${loop}`))
  if (counts.reduce((product, count) => product * count, 1) < FEWEST_TURNS) return null
  const view = new DataView(new ArrayBuffer(80))
  view.setUint8(0, hostKernels.copy.code)
  view.setUint32(4, numberOf(step, 'RUN_BYTES') || elementBytes[typeOf(step, 'ELEMENT')]!, true)
  for (const loop of loops) {
    view.setUint32(8 + 12 * loop, counts[loop]!, true)
    view.setInt32(12 + 12 * loop, numberOf(step, `INPUT_STEP_${loop}`), true)
    view.setInt32(16 + 12 * loop, numberOf(step, `OUTPUT_STEP_${loop}`), true)
  }
  return {
    kernel: 'copy',
    input: addressOf(step, 'INPUT'),
    output: addressOf(step, 'OUTPUT'),
    block: new Uint8Array(view.buffer),
    contents: new Uint8Array(0),
  }
}
