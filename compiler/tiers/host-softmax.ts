// SPDX-License-Identifier: Apache-2.0
// Softmax of 8-bit rows as a call of the host's kernel `softmax` (docs/kernels.md).
import type { Step } from '../codegen/program.js'
import type { HostCall } from './host-step.js'
import { hostKernels } from './kernel-interface.js'
import { addressOf, booleanOf, numberOf, typeOf } from './step-constants.js'

/** Fewer elements cost less in the capsule than the call does. */
const FEWEST_ELEMENTS = 16

const sizes = ['OUTER', 'LENGTH', 'INNER']
const levels = ['OUTPUT_ZERO_POINT', 'OUTPUT_MIN', 'OUTPUT_MAX', 'OVERFLOW_QUANTUM']

export function softmaxCall(step: Step): HostCall | null {
  const counts = sizes.map((name) => numberOf(step, name))
  if (counts.reduce((product, count) => product * count, 1) < FEWEST_ELEMENTS) return null
  const view = new DataView(new ArrayBuffer(32))
  view.setUint8(0, hostKernels.softmax.code)
  view.setUint8(1, typeOf(step, 'ELEMENT') === 'u8' ? 1 : 0)
  levels.forEach((name, index) => {
    view.setInt16(4 + 2 * index, numberOf(step, name), true)
  })
  counts.forEach((count, index) => {
    view.setUint32(12 + 4 * index, count, true)
  })
  const beyond = booleanOf(step, 'MAY_OVERFLOW') ? numberOf(step, 'OVERFLOW_FROM') : Number.POSITIVE_INFINITY
  view.setFloat32(24, numberOf(step, 'LEVELS'), true)
  view.setFloat32(28, beyond, true)
  return {
    kernel: 'softmax',
    input: addressOf(step, 'INPUT'),
    output: addressOf(step, 'OUTPUT'),
    block: new Uint8Array(view.buffer),
    contents: step.segment,
  }
}
